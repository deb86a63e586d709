import type { AnyFeatureSet } from '../compile/chained-feature-set.js';
import { type CompiledFeatureService, compileFeatureService } from '../compile/feature-service.js';
import { closestName } from '../definition/closest-name.js';
import { NAME_PATTERN, type ServiceEntryDocument } from '../definition/document.js';
import { type ErrorCode, PlumblineError, type Problem } from '../definition/error.js';
import type { ProjectDefinitions } from './project-definitions.js';

/** Most features of one list. */
const MAX_FEATURES = 1_000;

/** Lists kept compiled; clients send few different ones, over and over. */
const MAX_COMPILED = 256;

/**
 * Features that a request names by themselves, `set:feature`, `set@2:feature` or `alias=set:feature`, as the feature service
 * that they would make: compiled once for a catalog, those used last kept.
 */
export class FeatureLists {
  private readonly compiled = new Map<string, CompiledFeatureService>();

  /**
   * The service has no name and version 0; its outputs stand in the order of the list, features of one set together.
   * Throws INVALID_REQUEST, NOT_FOUND and UNKNOWN_FEATURE, with paths into `/features`.
   */
  of(definitions: ProjectDefinitions, features: readonly string[]): CompiledFeatureService {
    const key = `${definitions.project} ${JSON.stringify(features)}`;
    const service = this.compiled.get(key) ?? compileList(definitions, features);
    this.compiled.delete(key);
    this.compiled.set(key, service);
    if (this.compiled.size > MAX_COMPILED) this.compiled.delete(this.compiled.keys().next().value!);
    return service;
  }
}

/** One feature as a list names it. */
type FeatureName = {
  readonly alias: string;
  readonly set: string;
  readonly version?: number;
  readonly feature: string;
};

type ListedSet = { readonly set: AnyFeatureSet; readonly alias: string; readonly features: string[] };

function compileList(definitions: ProjectDefinitions, features: readonly string[]): CompiledFeatureService {
  if (features.length === 0 || features.length > MAX_FEATURES) {
    const message = `name 1 to ${MAX_FEATURES} features, not ${features.length}`;
    throw new PlumblineError('INVALID_REQUEST', message, { path: '/features' });
  }
  const sets = listedSets(definitions, features.map(parseName));
  const entries = [...sets.values()].map(({ set, alias, features: names }): ServiceEntryDocument => {
    return { featureSet: set.name, version: set.version, alias, features: names };
  });
  try {
    return compileFeatureService(
      { kind: 'FeatureService', name: '', entries },
      0,
      ({ alias }) => sets.get(alias!)!.set,
    );
  } catch (error) {
    // What is left to refuse are keys of one name and two types.
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlumblineError('INVALID_REQUEST', `${reason}; use a feature service`, { path: '/features' });
  }
}

/** The feature sets of a list by their alias, in the order in which they are first named. */
function listedSets(definitions: ProjectDefinitions, names: readonly FeatureName[]): Map<string, ListedSet> {
  const sets = new Map<string, ListedSet>();
  const [unknown, twice]: [Problem[], Problem[]] = [[], []];
  names.forEach(({ alias, set: name, version, feature }, i) => {
    const path = `/features/${i}`;
    const set = findSet(definitions, { name, version, path });
    const listed = sets.get(alias) ?? { set, alias, features: [] };
    sets.set(alias, listed);
    if (listed.set !== set) {
      const message = `alias "${alias}" is that of feature set "${listed.set.name}" version ${listed.set.version} already; write "other=${name}@${set.version}:${feature}"`;
      twice.push({ path, message });
    } else if (listed.features.includes(feature)) {
      twice.push({ path, message: `"${alias}__${feature}" is there twice` });
    } else if (set.features.some((known) => known.name === feature)) {
      listed.features.push(feature);
    } else unknown.push({ path, message: unknownFeature(set, feature) });
  });
  if (twice.length > 0) throw refusal('INVALID_REQUEST', twice);
  if (unknown.length > 0) throw refusal('UNKNOWN_FEATURE', unknown);
  return sets;
}

function findSet(
  definitions: ProjectDefinitions,
  wanted: { readonly name: string; readonly version: number | undefined; readonly path: string },
): AnyFeatureSet {
  const { name, version, path } = wanted;
  const versions = definitions.versions('FeatureSet', name);
  const found =
    version === undefined ? versions.at(-1) : versions.find(({ stored }) => stored.version === version);
  if (found !== undefined) return found.compiled;
  throw new PlumblineError('NOT_FOUND', definitions.missing('FeatureSet', name, version), { path });
}

function unknownFeature(set: AnyFeatureSet, feature: string): string {
  const names = set.features.map(({ name }) => name);
  const near = closestName(feature, names);
  const hint = near === null ? `it has ${names.slice(0, 10).join(', ')}` : `did you mean "${near}"?`;
  return `feature set "${set.name}" version ${set.version} has no feature "${feature}"; ${hint}`;
}

const NAME = new RegExp(NAME_PATTERN);
const LISTED = /^(?:([^=]*)=)?([^:@]*)(?:@([1-9][0-9]{0,8}))?:(.*)$/;

function parseName(text: string, i: number): FeatureName {
  const [, alias, set = '', version, feature = ''] = LISTED.exec(text) ?? [];
  if ([alias ?? set, set, feature].every((name) => NAME.test(name))) {
    return { alias: alias ?? set, set, feature, ...(version !== undefined && { version: Number(version) }) };
  }
  const path = `/features/${i}`;
  const message = `"${text.slice(0, 200)}" names no feature; write "set:feature", "set@2:feature" or "alias=set:feature"`;
  throw refusal('INVALID_REQUEST', [{ path, message }]);
}

function refusal(code: ErrorCode, problems: readonly Problem[]): PlumblineError {
  const { path, message } = problems[0]!;
  return new PlumblineError(code, `${path}: ${message}`, { path, problems: problems.slice(0, 100) });
}
