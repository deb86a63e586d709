import type { SourceDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import type { Expression } from '../definition/expression.js';
import { parseJsonValue } from '../definition/json-value.js';
import type { Value } from '../definition/value.js';
import { elementTypeOf, KEY_TYPES, type KeyType } from '../definition/value-type.js';
import type { Window } from '../definition/window.js';
import { DEFAULT_MAX_CATEGORIES, type WindowFeatureDocument } from '../definition/window-document.js';
import { type CategoryAggregate, perCategory } from './aggregate/per-category.js';
import { checkExpression } from './check.js';
import type { Scope } from './checked.js';
import { compileCall, type WindowedCall } from './windowed-call.js';
import { isExact, windowsOf } from './windowed-span.js';

/** One window of a feature as it is written: a feature, or with categories two. */
export type WindowedSpec = WindowedCall & {
  /** JSON pointer of the feature that it was written in. */
  readonly path: string;
  readonly name: string;
  /** The name of that feature. */
  readonly writtenName: string;
  readonly window: Window;
  /** Of a label how long after T it is complete, microseconds; null of others. */
  readonly completeAfterUs: bigint | null;
  /** BOOL; null counts every row. */
  readonly filter: Expression | null;
  readonly categories: Categories | null;
  readonly defaultValue: Value;
};

/** What a feature has a value for each of. */
type Categories = {
  readonly by: Expression;
  readonly max: number;
  /** The aggregate of all of them together. */
  readonly aggregate: CategoryAggregate;
};

type SpecScope = { readonly source: SourceDocument; readonly scope: Scope };

/** Types one written feature: a spec a window. What is wrong becomes a problem below `path`; then there may be none. */
export function specsOf(
  feature: WindowFeatureDocument,
  { source, scope }: SpecScope,
  path: string,
  problems: Problem[],
): readonly WindowedSpec[] {
  const windows = windowsOf(feature, source, path, problems);
  const call = compileCall(feature, { source, scope, isExact: isExact(feature) }, path, problems);
  const filter = filterOf(feature, scope, path, problems);
  const category = categoryOf(feature, scope, path, problems);
  if (call === null) return [];
  const categories = category === null ? null : categoriesOf(category, call, path, problems);
  const defaultValue = defaultOf(feature, call, path, problems);
  const same = { ...call, path, writtenName: feature.name, filter, categories, defaultValue };
  return windows.map((window) => ({ ...same, ...window }));
}

/** Null where there is none, or where it was reported wrong. */
function filterOf(
  { filter }: WindowFeatureDocument,
  scope: Scope,
  path: string,
  problems: Problem[],
): Expression | null {
  if (filter === undefined) return null;
  const checked = checkExpression(filter, { scope, allow: 'row' });
  const place = `${path}/filter`;
  if ('problems' in checked) {
    problems.push(...checked.problems.map((each) => ({ ...each, path: place })));
    return null;
  }
  const { type } = checked.expression;
  if (type === 'BOOL') return checked.expression;
  problems.push({ path: place, message: `is ${type}; write a condition, such as "${filter} IS NOT NULL"` });
  return null;
}

/** A category that a row expression gives, and how many there may be. */
type Category = { readonly by: Expression; readonly type: KeyType; readonly max: number };

function categoryOf(
  { by, maxCategories }: WindowFeatureDocument,
  scope: Scope,
  path: string,
  problems: Problem[],
): Category | null {
  if (by === undefined) {
    if (maxCategories === undefined) return null;
    problems.push({ path: `${path}/maxCategories`, message: 'has no effect without "by"; leave it out' });
    return null;
  }
  const max = maxCategories ?? DEFAULT_MAX_CATEGORIES;
  if (max > MAX_CATEGORIES) {
    const message = `is ${max}, ${MAX_CATEGORIES} at most; name fewer categories by a CASE`;
    problems.push({ path: `${path}/maxCategories`, message });
  }
  const checked = checkExpression(by, { scope, allow: 'row' });
  const place = `${path}/by`;
  if ('problems' in checked) {
    problems.push(...checked.problems.map((each) => ({ ...each, path: place })));
    return null;
  }
  const { expression } = checked;
  const type = KEY_TYPES.find((each) => each === expression.type);
  if (type !== undefined) return { by: expression, type, max };
  const message = `is ${expression.type}; a category is one of ${KEY_TYPES.join(', ')}`;
  problems.push({ path: place, message });
  return null;
}

/** Categories with a state each: every lookup reads them all. */
const MAX_CATEGORIES = 1_000;

/** An array cannot hold arrays. */
function categoriesOf(
  { by, type, max }: Category,
  { call, aggregate }: WindowedCall,
  path: string,
  problems: Problem[],
): Categories | null {
  if (elementTypeOf(aggregate.type) === null)
    return { by, max, aggregate: perCategory(aggregate, type, max) };
  const message = `${call.name} gives ${aggregate.type}, and an array of those cannot be; leave "by" out, or use an aggregate of one value`;
  problems.push({ path: `${path}/by`, message });
  return null;
}

function defaultOf(
  feature: WindowFeatureDocument,
  { aggregate: { type } }: WindowedCall,
  path: string,
  problems: Problem[],
): Value {
  if (feature.default === undefined) return null;
  const place = `${path}/default`;
  if (feature.by !== undefined) {
    const message = 'stands beside "by", whose features are of two types; leave it out';
    problems.push({ path: place, message });
    return null;
  }
  const parsed = parseJsonValue(type, feature.default);
  if ('value' in parsed) return parsed.value;
  problems.push({ path: place, message: parsed.problem });
  return null;
}
