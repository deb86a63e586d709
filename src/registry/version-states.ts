import type { DocumentKind } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { versionWords } from './dependants.js';
import type { ProjectDefinitions, StoredVersion } from './project-definitions.js';
import type { Publishing, Stored } from './publishing.js';
import { requireNoneResting, restingOn } from './resting.js';
import type { StateDetails } from './version-state.js';

/** A version of a project's definition, by its number. */
export type VersionName = {
  readonly project: string;
  readonly kind: DocumentKind;
  readonly name: string;
  readonly version: number;
};

/** What operators decide of versions. Every change is heard of as an apply is; the same again changes nothing. */
export class VersionStates {
  constructor(private readonly publishing: Publishing) {}

  /**
   * From now on plans warn of the version; it goes on serving. Throws NOT_FOUND, INVALID_REQUEST where `use` names no
   * other usable version of the kind, CONFLICT for an inactive version.
   */
  deprecate(of: VersionName, details: StateDetails): Promise<void> {
    return this.change(of, async (stored, { before, transaction }) => {
      if (stored.state === 'inactive') {
        const message = `${versionWords(stored)} is inactive and serves nobody; activate it first`;
        throw new PlumblineError('CONFLICT', message);
      }
      requireUsable(details.use, of, before);
      await transaction.setState(stored, 'deprecated', details);
    });
  }

  /** Takes a deprecation or deactivation back; a feature set that was inactive is primed anew. Throws NOT_FOUND. */
  activate(of: VersionName): Promise<void> {
    return this.change(of, async (stored, { transaction }) => {
      if (stored.state !== 'active') await transaction.setState(stored, 'active', {});
    });
  }

  /**
   * Ends the online state of a feature set version: lookups give NOT_FOUND, history goes on serving. Throws NOT_FOUND,
   * IN_USE while an active service or model rests on it, CONFLICT for a chained set, which has none.
   */
  deactivate(of: VersionName & { readonly kind: 'FeatureSet' }): Promise<void> {
    return this.change(of, async (stored, { before, transaction }) => {
      requireOnlineState(stored);
      const active = restingOn(of, before, []).filter((each) => 'state' in each && each.state === 'active');
      requireNoneResting(active, {
        refused: `${versionWords(of)} cannot be deactivated`,
        remedy: 'deprecate those first',
      });
      if (stored.state !== 'inactive') await transaction.setState(stored, 'inactive', {});
    });
  }

  private change(
    { project, kind, name, version }: VersionName,
    work: (stored: StoredVersion, at: Stored) => Promise<void>,
  ): Promise<void> {
    return this.publishing.change(project, (at) => work(at.before.find(kind, name, version).stored, at));
  }
}

function requireOnlineState(stored: StoredVersion): void {
  const { document } = stored;
  if (document.kind !== 'FeatureSet' || document.inputs === undefined) return;
  const inputs = document.inputs.map(({ featureSet }) => `"${featureSet}"`).join(', ');
  const message = `${versionWords(stored)} is computed from ${inputs} when it is read, and has no online state of its own; deprecate it instead`;
  throw new PlumblineError('CONFLICT', message);
}

const VERSION_TEXT = /^([^@]+)@([1-9][0-9]{0,8})$/;

function requireUsable(use: string | undefined, of: VersionName, definitions: ProjectDefinitions): void {
  if (use === undefined) return;
  const [, name = '', version] = VERSION_TEXT.exec(use) ?? [];
  const found = definitions
    .versions(of.kind, name)
    .find(({ stored }) => stored.version === Number(version))?.stored;
  const problem = whyNot(found, of);
  if (problem === null) return;
  const message = `use: "${use}" ${problem}; name another version of the same kind, such as "${of.name}@${of.version + 1}"`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: '/use' });
}

function whyNot(found: StoredVersion | undefined, of: VersionName): string | null {
  if (found === undefined) return 'is no registered version';
  if (found.name === of.name && found.version === of.version) return 'is the version itself';
  return found.state === 'inactive' ? 'is inactive' : null;
}
