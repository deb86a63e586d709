import { namesIn } from '../definition/expression.js';
import type { AnyFeatureSet, ChainedFeatureSet } from './chained-feature-set.js';
import type { CompiledFeature, CompiledFeatureSet } from './feature-set.js';
import { renamed } from './read-expression.js';

/** The rows of one stored feature set in an answer, keyed by columns of the request. */
export type ServiceEntry = {
  readonly alias: string;
  readonly featureSet: CompiledFeatureSet;
  /** What is read of it, for the answer or for what is computed. */
  readonly features: readonly ServiceFeature[];
  /** Those of them that stand in the answer; none where it is read for chained sets alone. */
  readonly shown: readonly ServiceFeature[];
  /** Columns of the request or frame that hold the entity's key, in the entity's order. */
  readonly keyColumns: readonly string[];
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

/** What is read and computed for an answer; reads in an order in which each stands after what it reads. */
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

/** Adds the rows of a stored set whose features stand in the answer; gives the place of its entry. */
export function addEntry(used: UsedSet<CompiledFeatureSet>, into: ServiceReads): number {
  const { alias, featureSet, keyColumns } = used;
  const features = featuresOf(used);
  return into.entries.push({ alias, featureSet, features, shown: features, keyColumns }) - 1;
}

/**
 * Adds what a chained set takes: the rows that its wanted features rest on, however many levels down, then the features as
 * reads. Gives the places of the reads, in the order of the features wanted. Rows that are read already, of the same set
 * by the same keys, are shared, so the entries of the answer come first; others become entries `<alias>__<input>`.
 */
export function addChained(used: UsedSet<ChainedFeatureSet>, into: ServiceReads): readonly number[] {
  const { alias, featureSet } = used;
  const wanted = used.features.map((name) => featureSet.features.find((feature) => feature.name === name)!);
  const read = new Set(wanted.flatMap(({ expression }) => namesIn(expression)));
  const inputs = new Map<string, InputValue>();
  for (const input of featureSet.inputs) {
    const names = input.featureSet.features.map(({ name }) => name);
    const features = names.filter((name) => read.has(`${input.alias}__${name}`));
    if (features.length === 0) continue;
    const keyColumns = input.keyPlaces.map((place) => used.keyColumns[place]!);
    const inner = { alias: `${alias}__${input.alias}`, features, keyColumns };
    const values = inputValues({ ...inner, featureSet: input.featureSet }, into);
    features.forEach((name, i) => {
      inputs.set(`${input.alias}__${name}`, values[i]!);
    });
  }
  return wanted.map((feature) => {
    const expression = renamed(feature.expression, (name) => inputs.get(name)!.name);
    const entries = new Set(namesIn(feature.expression).flatMap((name) => inputs.get(name)!.entries));
    const added = { ...feature, name: `${alias}__${feature.name}`, expression, entries: [...entries] };
    return into.reads.push(added) - 1;
  });
}

/** A value that a chained set reads: its name in the answer's expressions, and the entries that it rests on. */
type InputValue = { readonly name: string; readonly entries: readonly number[] };

function inputValues(used: UsedSet, into: ServiceReads): readonly InputValue[] {
  const { featureSet } = used;
  if (featureSet.kind === 'stored') return sharedValues({ ...used, featureSet }, into);
  return addChained({ ...used, featureSet }, into).map((place) => into.reads[place]!);
}

function sharedValues(used: UsedSet<CompiledFeatureSet>, { entries }: ServiceReads): readonly InputValue[] {
  const { alias, featureSet, keyColumns } = used;
  const known = entries.findIndex(
    (entry) => entry.featureSet === featureSet && entry.keyColumns.join() === keyColumns.join(),
  );
  const place = known >= 0 ? known : entries.length;
  const entry = entries[place] ?? { alias, featureSet, features: [], shown: [], keyColumns };
  const read = new Set(entry.features.map(({ name }) => name));
  const more = featuresOf({ ...used, alias: entry.alias }).filter(({ name }) => !read.has(name));
  entries[place] = { ...entry, features: [...entry.features, ...more] };
  return used.features.map((name) => ({ name: `${entry.alias}__${name}`, entries: [place] }));
}

function featuresOf({ alias, featureSet, features }: UsedSet<CompiledFeatureSet>): readonly ServiceFeature[] {
  return features.map((name) => {
    const index = featureSet.features.findIndex((feature) => feature.name === name);
    return { ...featureSet.features[index]!, outputName: `${alias}__${name}`, index };
  });
}
