import type {
  ChainedFeatureSetDocument,
  EntityDocument,
  FeatureSetInputDocument,
} from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import { type Expression, namesIn } from '../definition/expression.js';
import type { KeyType } from '../definition/value-type.js';
import type { Scope } from './check.js';
import {
  type CompiledFeature,
  type CompiledFeatureSet,
  documentError,
  requireUnique,
} from './feature-set.js';
import { isLabelSet } from './label-set.js';
import { compileReadExpressions } from './read-expression.js';
import type { WindowedFeatureSet } from './windowed-feature-set.js';

/** A feature set version over features of others (S5): computed when it is read, so nothing of it is stored. */
export type ChainedFeatureSet = {
  readonly kind: 'chained';
  readonly name: string;
  readonly version: number;
  /** The registry's number of this version. */
  readonly id: number;
  readonly entity: EntityDocument;
  readonly keyTypes: readonly KeyType[];
  readonly inputs: readonly ChainedInput[];
  /** Expressions over `<alias>__<feature>` of the inputs. */
  readonly features: readonly CompiledFeature[];
  /** 1 over stored sets alone, one more than the deepest input otherwise. */
  readonly depth: number;
  /** Rows that are read for one value of every feature. */
  readonly rowCount: number;
};

/** A feature set version that reads rows of a source: the newest one of each key, or those of windows. */
export type SourceFeatureSet = CompiledFeatureSet | WindowedFeatureSet;

export type AnyFeatureSet = SourceFeatureSet | ChainedFeatureSet;

type ChainedInput = {
  readonly alias: string;
  readonly featureSet: AnyFeatureSet;
  /** For each key of the input's entity the place of the reading set's key that stands for it. */
  readonly keyPlaces: readonly number[];
};

export type ChainedFeatureSetParts = {
  readonly document: ChainedFeatureSetDocument;
  readonly entity: EntityDocument;
  readonly version: number;
  readonly id: number;
  /** The pinned version of an input; throws NOT_FOUND. */
  readonly featureSetOf: (input: FeatureSetInputDocument) => AnyFeatureSet;
};

/** Levels of chained sets over each other: deeper ones are hard to follow, and each level costs a pass. */
const MAX_DEPTH = 8;

/** Rows that one chained set may read of one answer's entity: inputs multiply from level to level. */
const MAX_ROWS = 100;

/** Compiles a chained set against its inputs. Throws INVALID_DOCUMENT or INVALID_EXPRESSION with every problem. */
export function compileChainedFeatureSet(parts: ChainedFeatureSetParts): ChainedFeatureSet {
  const { document, entity, version, id } = parts;
  const problems: Problem[] = [];
  const inputs = document.inputs.map((input, index) => {
    const path = `/inputs/${index}`;
    const featureSet = parts.featureSetOf(input);
    const alias = input.alias ?? input.featureSet;
    if (isLabelSet(featureSet)) {
      const message = `"${featureSet.name}" looks forward from T, so nothing that is served may read it; read it in the label of a model`;
      problems.push({ path, message });
    }
    const keyPlaces = keyPlacesOf({ input, of: featureSet.entity, by: entity, path }, problems);
    return { alias, featureSet, keyPlaces };
  });
  requireAliases(inputs, '/inputs', problems);
  const depth = 1 + Math.max(...inputs.map(({ featureSet }) => depthOf(featureSet)));
  const rowCount = inputs.reduce((rows, { featureSet }) => rows + rowCountOf(featureSet), 0);
  requireBounds({ depth, rowCount }, problems);
  const scope = inputScope(inputs);
  const features = compileReadExpressions(
    document.features,
    { scope, seesEarlier: false, path: '/features' },
    problems,
  );
  features.forEach((feature) => {
    requireInput(feature, document, scope, problems);
  });
  requireUnique(
    document.features.map((feature) => feature.name),
    '/features',
    problems,
  );
  if (problems.length > 0) throw documentError(`feature set "${document.name}"`, problems);
  const keyTypes = entity.keys.map(({ type }) => type);
  return {
    kind: 'chained',
    name: document.name,
    version,
    id,
    entity,
    keyTypes,
    inputs,
    features,
    depth,
    rowCount,
  };
}

/** Adds a problem for every alias that stands twice; SQL engines tell no upper from lower case. */
function requireAliases(
  items: readonly { readonly alias: string }[],
  path: string,
  problems: Problem[],
): void {
  const folded = items.map(({ alias }) => alias.toLowerCase());
  items.forEach(({ alias }, index) => {
    if (folded.indexOf(folded[index]!) === index) return;
    problems.push({
      path: `${path}/${index}/alias`,
      message: `"${alias}" is there twice; give one an alias`,
    });
  });
}

function depthOf(featureSet: AnyFeatureSet): number {
  return featureSet.kind === 'chained' ? featureSet.depth : 0;
}

/** Rows that are read for one value of every feature. */
export function rowCountOf(featureSet: AnyFeatureSet): number {
  return featureSet.kind === 'chained' ? featureSet.rowCount : 1;
}

type KeyMapping = {
  readonly input: FeatureSetInputDocument;
  readonly of: EntityDocument;
  readonly by: EntityDocument;
  readonly path: string;
};

function keyPlacesOf({ input, of, by, path }: KeyMapping, problems: Problem[]): readonly number[] {
  const own = by.keys.map(({ name }) => name);
  for (const key of Object.keys(input.keys ?? {})) {
    if (of.keys.some(({ name }) => name === key)) continue;
    const message = `entity "${of.name}" has no key "${key}"; write its keys (${of.keys.map(({ name }) => name).join(', ')}), each with a key of entity "${by.name}" (${own.join(', ')})`;
    problems.push({ path: `${path}/keys/${key}`, message });
  }
  return of.keys.map(({ name, type }) => {
    const key = input.keys?.[name] ?? name;
    const place = own.indexOf(key);
    const found = by.keys[place];
    if (found?.type === type) return place;
    const message =
      found === undefined
        ? `entity "${by.name}" has no key "${key}" for it; map it under "keys" to one of ${own.join(', ')}`
        : `key "${key}" of entity "${by.name}" is ${found.type}, the key of entity "${of.name}" is ${type}`;
    problems.push({ path: `${path}/keys/${name}`, message });
    return 0;
  });
}

function requireBounds(
  { depth, rowCount }: Pick<ChainedFeatureSet, 'depth' | 'rowCount'>,
  problems: Problem[],
): void {
  if (depth > MAX_DEPTH) {
    const message = `are ${depth} levels of chained feature sets, ${MAX_DEPTH} at most; read the deeper ones here directly`;
    problems.push({ path: '/inputs', message });
  }
  if (rowCount > MAX_ROWS) {
    const message = `need ${rowCount} rows for one answer, ${MAX_ROWS} at most; leave out inputs, here or in the chained ones`;
    problems.push({ path: '/inputs', message });
  }
}

function inputScope(inputs: readonly ChainedInput[]): Scope {
  return new Map(
    inputs.flatMap(({ alias, featureSet }) =>
      featureSet.features.map(({ name, type }) => [`${alias}__${name}`, type] as const),
    ),
  );
}

/** A value that rests on no input would be of no entity. */
function requireInput(
  { name, expression }: { readonly name: string; readonly expression: Expression },
  { features }: ChainedFeatureSetDocument,
  scope: Scope,
  problems: Problem[],
): void {
  if (namesIn(expression).length > 0) return;
  const index = features.findIndex((feature) => feature.name === name);
  const names = [...scope.keys()].slice(0, 10).join(', ');
  const message = `reads no feature of an input, so it says nothing of the entity; use one of ${names}`;
  problems.push({ path: `/features/${index}/expression`, message });
}
