import type { FeatureServiceDocument, ServiceEntryDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import type { KeyType, ValueType } from '../definition/value-type.js';
import { type CompiledFeature, type CompiledFeatureSet, documentError } from './feature-set.js';

/** One feature set in an answer: which features, under which names, keyed by which columns of the request. */
export type ServiceEntry = {
  readonly alias: string;
  readonly featureSet: CompiledFeatureSet;
  readonly features: readonly ServiceFeature[];
  /** Columns of the request or frame that hold the entity's key, in the entity's order. */
  readonly keyColumns: readonly string[];
};

export type ServiceFeature = CompiledFeature & {
  /** `<alias>__<feature>`: its column in a frame and its name in read expressions (S16). */
  readonly outputName: string;
  /** Its place in the feature set. */
  readonly index: number;
};

/** A feature service version as lookup and retrieval use it. */
export type CompiledFeatureService = {
  readonly name: string;
  readonly version: number;
  readonly entries: readonly ServiceEntry[];
  /** The key columns a request must have, each once. */
  readonly keyColumns: readonly { readonly name: string; readonly type: KeyType }[];
  /** Every output column, in the order of entries and features. */
  readonly outputs: readonly { readonly name: string; readonly type: ValueType }[];
};

/** Compiles a service; `featureSetOf` gives the pinned version of an entry, or throws NOT_FOUND. */
export function compileFeatureService(
  document: FeatureServiceDocument,
  version: number,
  featureSetOf: (entry: ServiceEntryDocument) => CompiledFeatureSet,
): CompiledFeatureService {
  const problems: Problem[] = [];
  const entries = document.entries.map((entry, index) =>
    compileEntry(entry, featureSetOf(entry), `/entries/${index}`, problems),
  );
  entries.forEach(({ alias }, index) => {
    if (entries.findIndex((entry) => entry.alias === alias) < index) {
      problems.push({
        path: `/entries/${index}/alias`,
        message: `"${alias}" is there twice; give one an alias`,
      });
    }
  });
  const keyColumns = requestKeyColumns(entries, problems);
  if (problems.length > 0) throw documentError(`feature service "${document.name}"`, problems);
  const outputs = entries.flatMap((entry) =>
    entry.features.map((feature) => ({ name: feature.outputName, type: feature.type })),
  );
  return { name: document.name, version, entries, keyColumns, outputs };
}

function compileEntry(
  entry: ServiceEntryDocument,
  featureSet: CompiledFeatureSet,
  path: string,
  problems: Problem[],
): ServiceEntry {
  const alias = entry.alias ?? entry.featureSet;
  const names = entry.features ?? featureSet.features.map((feature) => feature.name);
  const features = names.flatMap((name, position) => {
    const index = featureSet.features.findIndex((feature) => feature.name === name);
    if (index >= 0 && names.indexOf(name) === position) {
      return [{ ...featureSet.features[index]!, outputName: `${alias}__${name}`, index }];
    }
    const message =
      index >= 0
        ? `"${name}" is there twice`
        : `feature set "${featureSet.name}" version ${featureSet.version} has no feature "${name}"`;
    problems.push({ path: `${path}/features/${position}`, message });
    return [];
  });
  for (const key of Object.keys(entry.keys ?? {})) {
    if (!featureSet.entity.keys.some(({ name }) => name === key)) {
      const message = `entity "${featureSet.entity.name}" has no key "${key}"`;
      problems.push({ path: `${path}/keys/${key}`, message });
    }
  }
  const keyColumns = featureSet.entity.keys.map((key) => entry.keys?.[key.name] ?? key.name);
  return { alias, featureSet, features, keyColumns };
}

function requestKeyColumns(
  entries: readonly ServiceEntry[],
  problems: Problem[],
): CompiledFeatureService['keyColumns'] {
  const types = new Map<string, KeyType>();
  entries.forEach((entry, index) => {
    entry.keyColumns.forEach((name, position) => {
      const type = entry.featureSet.keyTypes[position]!;
      const known = types.get(name) ?? type;
      types.set(name, known);
      if (known !== type) {
        const message = `request column "${name}" would be both ${known} and ${type}; map one under "keys"`;
        problems.push({ path: `/entries/${index}/keys`, message });
      }
    });
  });
  return [...types].map(([name, type]) => ({ name, type }));
}
