import { canonicalJson } from '../definition/canonical.js';
import type { SourceDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import { setsNamedBy } from './dependants.js';
import type { Draft, PlannedChange } from './plan.js';
import type { ProjectDefinitions, Registered } from './project-definitions.js';
import { stateWarnings, type VersionInState } from './state-warnings.js';
import { historyTooShort, setsCutBy } from './window-warnings.js';

/** What a planned change may do that its author did not mean. Each says what, and what to do about it. */
export function warningsOf({ action, latest, next }: PlannedChange, draft: Draft): readonly string[] {
  const used = pinnedBy(next, draft.after).flatMap(stateWarnings);
  if (action === 'updated' || action === 'unchanged') return [...stateWarnings(next.stored), ...used];
  const { document } = next.stored;
  if (document.kind !== 'Source') return [...used, ...lateKeys(next, draft.before), ...windowWarnings(next)];
  const known = latest?.stored.document;
  return [
    ...sourceWarnings(document, known?.kind === 'Source' ? known : null),
    ...setsCutBy(document, draft.after),
  ];
}

function windowWarnings({ compiled }: Registered): readonly string[] {
  return 'states' in compiled ? historyTooShort(compiled, compiled.source) : [];
}

/** The versions that a chained set, service or model names. */
function pinnedBy({ compiled }: Registered, definitions: ProjectDefinitions): readonly VersionInState[] {
  if ('service' in compiled) {
    const { service, cascade } = compiled;
    const read = cascade.map(({ model }) => definitions.find('Model', model.name, model.version).stored);
    return [definitions.find('FeatureService', service.name, service.version).stored, ...read];
  }
  return setsNamedBy(compiled).map(
    ({ name, version }) => definitions.find('FeatureSet', name, version).stored,
  );
}

function sourceWarnings(source: SourceDocument, known: SourceDocument | null): readonly string[] {
  const warnings: string[] = [];
  if (source.eventId === undefined && (known === null || known.eventId !== undefined))
    warnings.push('no eventId: a row that is pushed again without its idempotency key counts as another row');
  if (source.createdTime === undefined && source.knownAfter === undefined && known === null)
    warnings.push('no createdTime and no knownAfter: rows of a load count as known at their event time');
  const [before, after] = [retentionUs(known), retentionUs(source)];
  if (after !== null && (before === null || after < before))
    warnings.push(
      `historyRetention ${source.historyRetention}: older rows leave history for good, and retrievals as of earlier times are refused`,
    );
  return warnings;
}

function retentionUs(source: SourceDocument | null): bigint | null {
  const text = source?.historyRetention;
  return text === undefined ? null : parseDuration(text, '/historyRetention');
}

/** History that was cut keeps the newest row of each key that feature sets had by then, of no other. */
function lateKeys({ compiled }: Registered, before: ProjectDefinitions): readonly string[] {
  if (!('kernel' in compiled)) return [];
  const { source, keyColumns } = compiled;
  const known = before.latest('Source', source.name)?.compiled.historyRetention;
  if (known === undefined) return [];
  const sets = before.names('FeatureSet').flatMap((name) => before.versions('FeatureSet', name));
  const served = sets.some(
    ({ compiled: set }) =>
      set.kind !== 'chained' &&
      set.source.name === source.name &&
      canonicalJson(set.keyColumns) === canonicalJson(keyColumns),
  );
  if (served) return [];
  return [
    `source "${source.name}" keeps ${known} of history and had no feature set by ${keyColumns.join(', ')}: older values of these keys may be gone`,
  ];
}
