import { namesIn } from '../definition/expression.js';
import type { AnyFeatureSet, ChainedFeatureSet } from './chained-feature-set.js';
import type { CompiledFeature, CompiledFeatureSet } from './feature-set.js';
import { renamed } from './read-expression.js';

/** One stored feature set in an answer: which features, under which names, keyed by which columns of the request. */
export type ServiceEntry = {
  readonly alias: string;
  readonly featureSet: CompiledFeatureSet;
  readonly features: readonly ServiceFeature[];
  /** Columns of the request or frame that hold the entity's key, in the entity's order. */
  readonly keyColumns: readonly string[];
  /** It is read for a chained set alone: its values are no part of the answer. */
  readonly hidden: boolean;
};

export type ServiceFeature = CompiledFeature & {
  /** `<alias>__<feature>`: its column in a frame and its name in read expressions (S16). */
  readonly outputName: string;
  /** Its place in the feature set. */
  readonly index: number;
};

/** A value of an answer, or on the way to one, that is computed from others of it. */
export type ServiceRead = CompiledFeature & {
  /** Places of the entries whose rows it rests on, directly or through others. */
  readonly entries: readonly number[];
};

/** What is read and computed for an answer, in an order in which everything stands after what it reads. */
export type ServiceReads = { readonly entries: ServiceEntry[]; readonly reads: ServiceRead[] };

/** One feature set under an alias, with the features wanted of it. */
export type UsedSet<Set extends AnyFeatureSet = AnyFeatureSet> = {
  readonly alias: string;
  readonly featureSet: Set;
  /** Names, in the order of the answer. */
  readonly features: readonly string[];
  readonly keyColumns: readonly string[];
};

/** Every feature set version that an answer rests on, each under the alias that its features have there. */
export function featureSetsOf({
  uses,
}: {
  readonly uses: readonly UsedSet[];
}): readonly { readonly alias: string; readonly featureSet: AnyFeatureSet }[] {
  const behind = (alias: string, featureSet: AnyFeatureSet): ReturnType<typeof featureSetsOf> => {
    const inputs = featureSet.kind === 'stored' ? [] : featureSet.inputs;
    const inner = inputs.flatMap((input) => behind(`${alias}__${input.alias}`, input.featureSet));
    return [{ alias, featureSet }, ...inner];
  };
  return uses.flatMap(({ alias, featureSet }) => behind(alias, featureSet));
}

/** Adds the rows that a stored set is read from; gives the place of its entry. */
export function addEntry(used: UsedSet<CompiledFeatureSet>, hidden: boolean, into: ServiceReads): number {
  const { alias, featureSet, keyColumns } = used;
  const features = used.features.map((name): ServiceFeature => {
    const index = featureSet.features.findIndex((feature) => feature.name === name);
    return { ...featureSet.features[index]!, outputName: `${alias}__${name}`, index };
  });
  return into.entries.push({ alias, featureSet, features, keyColumns, hidden }) - 1;
}

/**
 * Adds what a chained set takes: hidden entries `<alias>__<input>` for what its wanted features read, however many levels
 * down, then its features as reads. Gives the places of the reads, in the order of the features wanted.
 */
export function addChained(used: UsedSet<ChainedFeatureSet>, into: ServiceReads): readonly number[] {
  const { alias, featureSet } = used;
  const wanted = used.features.map((name) => featureSet.features.find((feature) => feature.name === name)!);
  const read = new Set(wanted.flatMap(({ expression }) => namesIn(expression)));
  const entriesOf = new Map<string, readonly number[]>();
  for (const input of featureSet.inputs) {
    const names = input.featureSet.features.map(({ name }) => name);
    const features = names.filter((name) => read.has(`${input.alias}__${name}`));
    if (features.length === 0) continue;
    const keyColumns = input.keyPlaces.map((place) => used.keyColumns[place]!);
    const inner = { alias: `${alias}__${input.alias}`, features, keyColumns };
    const entries = entriesBehind({ ...inner, featureSet: input.featureSet }, into);
    features.forEach((name, i) => {
      entriesOf.set(`${input.alias}__${name}`, entries[i]!);
    });
  }
  return wanted.map((feature) => {
    const expression = renamed(feature.expression, (name) => `${alias}__${name}`);
    const entries = new Set(namesIn(feature.expression).flatMap((name) => entriesOf.get(name)!));
    const added = { ...feature, name: `${alias}__${feature.name}`, expression, entries: [...entries] };
    return into.reads.push(added) - 1;
  });
}

/** Adds an input, and gives for each of its features the entries that it rests on. */
function entriesBehind(used: UsedSet, into: ServiceReads): readonly (readonly number[])[] {
  const { featureSet } = used;
  if (featureSet.kind === 'stored') {
    const entry = addEntry({ ...used, featureSet }, true, into);
    return used.features.map(() => [entry]);
  }
  return addChained({ ...used, featureSet }, into).map((place) => into.reads[place]!.entries);
}
