import type { CompiledFeatureService } from '../../compile/feature-service.js';
import { closestName } from '../../definition/closest-name.js';
import { PlumblineError } from '../../definition/error.js';
import { jsonParser } from '../../definition/json-value.js';
import { parseTimestamp } from '../../definition/time.js';
import type { Knowledge } from '../../offline/store.js';
import { parseEntities } from '../../online/lookup-request.js';
import type { ExplainRequest } from './explain.js';

/** Which value to explain, as a caller writes it. */
export type WrittenExplain = {
  readonly feature?: string | null;
  readonly entity: object;
  readonly asOf?: string | null;
  readonly knowledge?: Knowledge | null;
  readonly sequences?: object | null;
};

/** Reads it strictly (S4). Throws INVALID_REQUEST, UNKNOWN_FEATURE. */
export function explainRequest(
  { feature, entity, asOf, knowledge, sequences }: WrittenExplain,
  { project, service, nowUs }: Pick<ExplainRequest, 'project' | 'service'> & { readonly nowUs: bigint },
): ExplainRequest {
  const rule = knowledge ?? 'known';
  return {
    project,
    service,
    feature: outputOf(service, feature ?? null),
    asked: parseEntities(service, [entity]),
    asOfUs: instantOf(asOf ?? null) ?? nowUs,
    knowledge: rule,
    sequences: sequences == null ? null : recordOf(service, rule, new Map(Object.entries(sequences))),
  };
}

function outputOf({ outputs }: CompiledFeatureService, name: string | null): string {
  const names = outputs.map((output) => output.name);
  if (name === null && names.length === 1) return names[0]!;
  if (name === null) {
    const message = `name the "feature" to explain, one of ${names.slice(0, 10).join(', ')}`;
    throw invalid(message, '/feature');
  }
  if (names.includes(name)) return name;
  const near = closestName(name, names);
  const hint = near === null ? `there are ${names.slice(0, 10).join(', ')}` : `did you mean "${near}"?`;
  throw new PlumblineError('UNKNOWN_FEATURE', `the answer has no value "${name}"; ${hint}`, {
    path: '/feature',
  });
}

function instantOf(text: string | null): bigint | null {
  const us = text === null ? null : parseTimestamp(text);
  if (us !== null || text === null) return us;
  throw invalid(`"asOf" is "${text}"; write an instant with a zone, such as 2013-07-01T00:00:00Z`, '/asOf');
}

const INT64 = jsonParser('INT64');

/** All aliases of the answer or none, as an answer says them. */
function recordOf(
  { entries }: CompiledFeatureService,
  knowledge: Knowledge,
  sequences: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, bigint | null> {
  if (knowledge !== 'served') {
    throw invalid(`"sequences" go with knowledge "served", not "${knowledge}"`, '/sequences');
  }
  const aliases = entries.map(({ alias }) => alias);
  const unknown = [...sequences.keys()].find((alias) => !aliases.includes(alias));
  const missing = aliases.find((alias) => !sequences.has(alias));
  const wrong = unknown ?? missing;
  if (wrong !== undefined) {
    const what = unknown === undefined ? 'is missing' : 'is no alias of the answer';
    throw invalid(
      `"${wrong}" ${what}; give ${aliases.join(', ')}, as the answer says them`,
      `/sequences/${wrong}`,
    );
  }
  return new Map(
    aliases.map((alias) => {
      const parsed = INT64(sequences.get(alias));
      if ('value' in parsed) return [alias, parsed.value as bigint | null];
      throw invalid(parsed.problem, `/sequences/${alias}`);
    }),
  );
}

function invalid(message: string, path: string): PlumblineError {
  return new PlumblineError('INVALID_REQUEST', message, { path });
}
