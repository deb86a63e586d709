import type { CompiledFeatureService } from '../compile/feature-service.js';
import { featureSetsOf } from '../compile/service-reads.js';
import { type Dependant, versionWords } from './dependants.js';
import type { ProjectDefinitions, StoredVersion } from './project-definitions.js';

/** A version and what operators decided of it. */
export type VersionInState = Dependant & Pick<StoredVersion, 'state' | 'stateDetails'>;

/** What users of a version should hear of its state: nothing while it is active. */
export function stateWarnings(version: VersionInState): readonly string[] {
  const { state, stateDetails } = version;
  if (state === 'active') return [];
  const words = versionWords(version);
  if (state === 'inactive') return [`${words} is inactive: lookups give NOT_FOUND; activate it first`];
  const why = stateDetails.reason === undefined ? '' : `: ${stateDetails.reason}`;
  const use = stateDetails.use === undefined ? '' : `; use ${stateDetails.use}`;
  return [`${words} is deprecated${why}${use}`];
}

/** The same of a feature service, or a list of features, and of every feature set version it takes features from, also by way of others. */
export function serviceWarnings(
  service: CompiledFeatureService,
  definitions: ProjectDefinitions,
): readonly string[] {
  const own = definitions
    .versions('FeatureService', service.name)
    .filter(({ compiled }) => compiled === service)
    .map(({ stored }) => stored);
  const sets = new Set(featureSetsOf(service).map(({ featureSet }) => featureSet));
  const used = [...sets].map(({ name, version }) => definitions.find('FeatureSet', name, version).stored);
  return [...own, ...used].flatMap(stateWarnings);
}
