import type { DataSource } from 'typeorm';
import type { DocumentKind } from '../definition/document.js';
import { formatTimestamp } from '../definition/time.js';
import type { Activation, Activations } from './activations.js';
import type { CatalogHolder } from './catalog.js';
import type { StoredVersion } from './project-definitions.js';
import { recordedUses } from './recorded-uses.js';
import { type Resting, restingOn } from './resting.js';
import type { VersionState } from './version-state.js';
import type { VersionName } from './version-states.js';

/** A version, what was decided of it and what rests on it. */
export type VersionView = {
  readonly version: number;
  /** `priming`: active, but its online state is still being made, so lookups give NOT_FOUND (S18). */
  readonly state: VersionState | 'priming';
  readonly reason?: string;
  readonly use?: string;
  readonly fingerprint: string;
  readonly createdAt: string;
  /** Of feature sets: the place in the log and the instant from which lookups see it. */
  readonly activation?: { readonly sequence: bigint; readonly visibleAt: string };
  readonly dependants: readonly Resting[];
};

type VersionOrLatest = Omit<VersionName, 'version'> & { readonly version?: number | undefined };

/** Versions of definitions as their operators see them. */
export class VersionList {
  constructor(
    private readonly catalogs: CatalogHolder,
    private readonly activations: Activations,
    private readonly database: DataSource,
  ) {}

  /** Every version of a name, oldest first. Throws NOT_FOUND. */
  async of(project: string, kind: DocumentKind, name: string): Promise<readonly VersionView[]> {
    const definitions = this.catalogs.current().definitions(project);
    definitions.find(kind, name);
    const versions = definitions.versions(kind, name).map(({ stored }) => stored);
    const activations = await this.activations.of(versions.map(({ id }) => id));
    const uses = await recordedUses(this.database.manager, project);
    return versions.map((stored) =>
      viewOf(stored, activations.get(stored.id) ?? null, restingOn(stored, definitions, uses)),
    );
  }

  /** One of them. Throws NOT_FOUND. */
  async one({ project, kind, name, version }: VersionName): Promise<VersionView> {
    this.catalogs.current().registered(project, kind, name, version);
    return (await this.of(project, kind, name)).find((view) => view.version === version)!;
  }

  /** Everything that rests on a version, the latest unless given. Throws NOT_FOUND. */
  async dependants(of: VersionOrLatest): Promise<readonly Resting[]> {
    const { project, kind, name, version } = of;
    const definitions = this.catalogs.current().definitions(project);
    const { stored } = definitions.find(kind, name, version);
    return restingOn(stored, definitions, await recordedUses(this.database.manager, project));
  }
}

function viewOf(
  { document, version, state, stateDetails, fingerprint, createdAt }: StoredVersion,
  activation: Activation | null,
  dependants: readonly Resting[],
): VersionView {
  const isPrimed = document.kind === 'FeatureSet' && document.inputs === undefined;
  const priming = isPrimed && state === 'active' && activation === null;
  return {
    version,
    state: priming ? 'priming' : state,
    ...stateDetails,
    fingerprint,
    createdAt: createdAt.toISOString(),
    ...(activation !== null && {
      activation: { sequence: activation.sequence, visibleAt: formatTimestamp(activation.visibleUs) },
    }),
    dependants,
  };
}
