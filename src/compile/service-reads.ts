import { namesIn } from '../definition/expression.js';
import type { AnyFeatureSet, ChainedFeatureSet, SourceFeatureSet } from './chained-feature-set.js';
import type { CompiledFeature, CompiledFeatureSet } from './feature-set.js';
import { isLabelSet } from './label-set.js';
import { renamed } from './read-expression.js';
import type { WindowedFeature, WindowedFeatureSet } from './windowed-feature-set.js';

/** What an answer reads of one feature set over a source, keyed by columns of the request. */
export type ServiceEntry = LatestEntry | WindowedEntry;

/** The newest row of each key. */
export type LatestEntry = EntryOf<CompiledFeatureSet, ServiceFeature> & { readonly kind: 'latest' };

/** Aggregates over windows of the rows of each key. */
export type WindowedEntry = EntryOf<WindowedFeatureSet, WindowedServiceFeature> & {
  readonly kind: 'windowed';
};

type EntryOf<Set, Feature> = {
  readonly alias: string;
  readonly featureSet: Set;
  /** What is read of it, for the answer or for what is computed. */
  readonly features: readonly Feature[];
  /** Those of them that stand in the answer; none where it is read for chained sets alone. */
  readonly shown: readonly Feature[];
  /** Columns of the request or frame that hold the entity's key, in the entity's order. */
  readonly keyColumns: readonly string[];
};

export type ServiceFeature = CompiledFeature & PlacedFeature;

export type WindowedServiceFeature = WindowedFeature & PlacedFeature;

type PlacedFeature = {
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
    const inputs = featureSet.kind === 'chained' ? featureSet.inputs : [];
    const inner = inputs.flatMap((input) => behind(`${alias}__${input.alias}`, input.featureSet));
    return [{ alias, featureSet }, ...inner];
  };
  return uses.flatMap(({ alias, featureSet }) => behind(alias, featureSet));
}

/** The columns of labels in what is read, by name. */
export function labelNames({ entries }: { readonly entries: readonly ServiceEntry[] }): ReadonlySet<string> {
  const labels = entries.filter(({ featureSet }) => isLabelSet(featureSet));
  return new Set(labels.flatMap(({ shown }) => shown.map(({ outputName }) => outputName)));
}

/** Adds what is read of a set over a source, its features standing in the answer; gives the place of its entry. */
export function addEntry(used: UsedSet<SourceFeatureSet>, into: ServiceReads): number {
  return into.entries.push(entryOf(used, used.features.length)) - 1;
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
  if (featureSet.kind !== 'chained') return sharedValues({ ...used, featureSet }, into);
  return addChained({ ...used, featureSet }, into).map((place) => into.reads[place]!);
}

function sharedValues(used: UsedSet<SourceFeatureSet>, { entries }: ServiceReads): readonly InputValue[] {
  const found = entries.findIndex(
    (entry) => entry.featureSet === used.featureSet && entry.keyColumns.join() === used.keyColumns.join(),
  );
  const place = found >= 0 ? found : entries.length;
  const known = entries[place];
  const alias = known?.alias ?? used.alias;
  const read = known?.features.map(({ name }) => name) ?? [];
  const features = [...new Set([...read, ...used.features])];
  entries[place] = entryOf({ ...used, alias, features }, known?.shown.length ?? 0);
  return used.features.map((name) => ({ name: `${alias}__${name}`, entries: [place] }));
}

/** An entry with the features named, the first `shownCount` of which stand in the answer. */
function entryOf({ featureSet, ...used }: UsedSet<SourceFeatureSet>, shownCount: number): ServiceEntry {
  const { alias, keyColumns } = used;
  if (featureSet.kind === 'windowed') {
    const features = placed(featureSet.features, used);
    const shown = features.slice(0, shownCount);
    return { kind: 'windowed', alias, featureSet, features, shown, keyColumns };
  }
  const features = placed(featureSet.features, used);
  const shown = features.slice(0, shownCount);
  return { kind: 'latest', alias, featureSet, features, shown, keyColumns };
}

function placed<Feature extends { readonly name: string }>(
  all: readonly Feature[],
  { alias, features }: Pick<UsedSet, 'alias' | 'features'>,
): readonly (Feature & PlacedFeature)[] {
  return features.map((name) => {
    const index = all.findIndex((feature) => feature.name === name);
    return { ...all[index]!, outputName: `${alias}__${name}`, index };
  });
}
