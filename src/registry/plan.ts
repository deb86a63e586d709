import { canonicalJson, fingerprint } from '../definition/canonical.js';
import type { Document } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { requireGrowth } from './check-document.js';
import { type Dependant, dependantsOf, versionWords } from './dependants.js';
import { type Difference, differencesOf } from './differences.js';
import type { LastVersions } from './documents.js';
import { meaningOf, sameMeaning } from './meaning.js';
import { type LatestVersion, pinsOf, resolvePins, type TrainedVersions } from './pins.js';
import { type ProjectDefinitions, type Registered, type StoredVersion } from './project-definitions.js';
import { requireReferences } from './references.js';

export type ChangeAction = 'created' | 'newVersion' | 'updated' | 'unchanged';

/** What one document changes, and everything needed to write it. */
export type PlannedChange = {
  readonly action: ChangeAction;
  /** The latest version before; null where there was none. */
  readonly latest: Registered | null;
  /** The version afterwards; its `id` is 0 where it is not stored yet. */
  readonly next: Registered;
  readonly differences: readonly Difference[];
  /** Who uses the version that was the latest before. */
  readonly dependants: readonly Dependant[];
};

/** The definitions before an apply, and as they become document by document. */
export type Draft = {
  readonly before: ProjectDefinitions;
  readonly after: ProjectDefinitions;
  /** Numbers of deleted versions, which are not given again. */
  readonly lastVersions: LastVersions;
  readonly trained: TrainedVersions;
};

/** Plans one document against the draft and adds the outcome to it. Throws what refuses the document. */
export function planDocument(document: Document, draft: Draft): PlannedChange {
  const { before, after } = draft;
  requireReferences(document, after);
  const latest = after.latest(document.kind, document.name);
  const preferred: LatestVersion = (kind, name) => after.preferred(kind, name).stored.version;
  const pins = pinsOf(document, { latest: preferred, trained: draft.trained });
  const written = { project: after.project, kind: document.kind, name: document.name, document, pins };
  const created = newVersion(written, nextNumber(latest, document, draft));
  const same = after.compile(latest === null ? created : { ...latest.stored, ...written });
  const action = actionOf(latest, same);
  const next = action === 'newVersion' ? after.compile(created) : same;
  if (action === 'newVersion') requireAllowed(latest!, next, before);
  const planned = withFingerprint(next, action);
  after.add(planned);
  return {
    action,
    latest,
    next: planned,
    differences: latest === null ? [] : differencesOf(resolved(latest.stored), resolved(planned.stored)),
    dependants: latest === null ? [] : dependantsOf(latest.stored, before),
  };
}

function nextNumber(latest: Registered | null, { kind, name }: Document, { lastVersions }: Draft): number {
  return Math.max(latest?.stored.version ?? 0, lastVersions(kind, name)) + 1;
}

type Written = Pick<StoredVersion, 'project' | 'kind' | 'name' | 'document' | 'pins'>;

function newVersion(written: Written, version: number): StoredVersion {
  const fresh = { id: 0, revision: 1, fingerprint: '', state: 'active', stateDetails: {} } as const;
  return { ...written, ...fresh, version, createdAt: NOT_STORED };
}

/** A version that is only planned has no time yet. */
const NOT_STORED = new Date(0);

function withFingerprint(next: Registered, action: ChangeAction): Registered {
  const kept = action === 'updated' || action === 'unchanged';
  return kept ? next : { ...next, stored: { ...next.stored, fingerprint: fingerprint(meaningOf(next)) } };
}

function actionOf(latest: Registered | null, same: Registered): ChangeAction {
  if (latest === null) return 'created';
  if (!sameMeaning(latest, same)) return 'newVersion';
  const textual = canonicalJson(latest.stored.document) === canonicalJson(same.stored.document);
  return textual ? 'unchanged' : 'updated';
}

function resolved({ document, pins }: StoredVersion): Document {
  return resolvePins(document, pins);
}

/** Sources only grow; an entity's keys are those of everything that is stored for it. */
function requireAllowed(latest: Registered, next: Registered, before: ProjectDefinitions): void {
  const [stored, wanted] = [latest.stored.document, next.stored.document];
  if (stored.kind === 'Source' && wanted.kind === 'Source') requireGrowth(stored, wanted);
  if (stored.kind !== 'Entity') return;
  const users = dependantsOf(latest.stored, before);
  if (users.length === 0) return;
  const listed = users.map(versionWords).join(', ');
  const message = `the keys of entity "${stored.name}" cannot change while ${listed} uses it; register another entity`;
  throw new PlumblineError('SCHEMA_CHANGE_REFUSED', message, { problems: [{ path: '/keys', message }] });
}
