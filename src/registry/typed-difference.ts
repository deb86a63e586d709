import type { AnyFeatureSet } from '../compile/chained-feature-set.js';
import type { ValueType } from '../definition/value-type.js';
import type { Difference } from './differences.js';
import type { Registered } from './project-definitions.js';

/** A difference of two versions, with the types of the expressions where it is one of those. */
export type TypedDifference = Difference & { readonly fromType?: ValueType; readonly toType?: ValueType };

/** Members that say what a feature, a read expression or a model input is computed from: the item as a whole, or its text. */
const COMPUTED = /^\/(?:features|transform|expressions)\/\d+(?:\/(?:expression|column|aggregate))?$/;

/** Adds the types that one of them had and has, where it is computed in another way. */
export function withTypes(difference: Difference, latest: Registered, next: Registered): TypedDifference {
  const { path, of } = difference;
  if (of === undefined || !COMPUTED.test(path)) return difference;
  const [fromType, toType] = [latest, next].map((registered) => computedTypes(registered).get(of));
  return {
    ...difference,
    ...(fromType !== undefined && { fromType }),
    ...(toType !== undefined && { toType }),
  };
}

/** Types of what a feature set, feature service or model computes, by name; empty for other kinds. */
export function computedTypes({ compiled }: Registered): ReadonlyMap<string, ValueType> {
  if ('features' in compiled) return new Map([...writtenTypes(compiled), ...compiled.features.map(typeOf)]);
  if ('uses' in compiled) return new Map(compiled.expressions.map(({ name, type }) => [name, type]));
  if ('transform' in compiled)
    return new Map(compiled.transform.map(({ name, expression }) => [name, expression.type]));
  return new Map();
}

function typeOf({ name, type }: Typed): readonly [string, ValueType] {
  return [name, type];
}

type Typed = { readonly name: string; readonly type: ValueType };

/** A feature over several windows is one in the document; they are of one type. */
function writtenTypes(compiled: AnyFeatureSet): readonly (readonly [string, ValueType])[] {
  if (compiled.kind !== 'windowed') return [];
  return compiled.features.map(({ writtenName, type }) => [writtenName, type]);
}
