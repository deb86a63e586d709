import { PlumblineError } from '../../definition/error.js';
import type { Value } from '../../definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../definition/value-type.js';
import type { Aggregate } from './aggregate.js';
import { type Algebra, aggregateOf } from './aggregate-of.js';
import { COUNT_BYTES } from './byte-writer.js';
import { isNull } from './is-null.js';
import { type ValueKey, type ValueKeys, valueKeys } from './value-keys.js';

/** An aggregate of each category: its own value is that of the categories, in the order of their names. */
export type CategoryAggregate = Aggregate & {
  /** The type of `finishCategories`, an array of the category's type. */
  readonly categoriesType: ValueType;
  /** Categories whose value is not NULL, ascending: as many as the aggregate's value has elements. NULL of more than `max`. */
  readonly finishCategories: (state: unknown) => Value;
};

/**
 * One state of `aggregate` for every value of a category, at most `max` different ones: of more both values are NULL, of nothing
 * both are []. Rows without a category (NULL, or too long to be kept) or without an argument change nothing. INVALID_DOCUMENT of an
 * aggregate whose value is an array.
 */
export function perCategory(aggregate: Aggregate, categoryType: ScalarType, max: number): CategoryAggregate {
  if (elementTypeOf(aggregate.type) !== null) {
    throw new PlumblineError(
      'INVALID_DOCUMENT',
      `an aggregate of type ${aggregate.type} cannot be taken by category; its values must be scalars`,
    );
  }
  const keys = valueKeys(categoryType);
  const finished = ({ states }: CategoryState, pick: (key: ValueKey, value: Value) => Value): Value => {
    if (states === null) return null;
    return [...states.keys()]
      .sort(keys.compare)
      .map((key) => [key, aggregate.finish(states.get(key))] as const)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => pick(key, value));
  };
  return {
    ...aggregateOf<CategoryState>({
      ...categoryAlgebra(aggregate, keys, max),
      type: `ARRAY<${aggregate.type as ScalarType}>`,
      family: `${aggregate.family} by ${categoryType} up to ${max}`,
      finish: (state) => finished(state, (_, value) => value),
    }),
    categoriesType: `ARRAY<${categoryType}>`,
    finishCategories: (state) => finished(state as CategoryState, keys.value),
  };
}

/** null once there were more than `max` categories. */
type CategoryState = { states: Map<ValueKey, unknown> | null };

/** All of the algebra but its names and its end. */
function categoryAlgebra(
  aggregate: Aggregate,
  keys: ValueKeys,
  max: number,
): Omit<Algebra<CategoryState>, 'type' | 'family' | 'finish'> {
  const { isOrdered, create, merge, write, read, maxBytes } = aggregate;
  /** The state of a category, made where there is none; undefined once there are too many. */
  const stateOf = (state: CategoryState, key: ValueKey): unknown => {
    let own = state.states?.get(key);
    if (state.states === null || own !== undefined) return own;
    if (state.states.size === max) {
      state.states = null;
      return undefined;
    }
    own = create();
    state.states.set(key, own);
    return own;
  };
  return {
    isOrdered,
    create: () => ({ states: new Map() }),
    add: (state, rows, row) => {
      if (rows.argument !== null && isNull(rows.argument, row)) return;
      const key = keys.at(rows.category!, row);
      const own = key === null ? undefined : stateOf(state, key);
      if (own !== undefined) aggregate.add(own, rows, row);
    },
    merge: (state, other) => {
      if (other.states === null) state.states = null;
      for (const [key, theirs] of other.states ?? []) {
        const own = stateOf(state, key);
        if (own !== undefined) merge(own, theirs);
      }
    },
    write: ({ states }, to) => {
      to.byte(Number(states !== null));
      if (states === null) return;
      to.count(states.size);
      for (const key of [...states.keys()].sort(keys.compare)) {
        keys.write(to, key);
        write(states.get(key), to);
      }
    },
    read: (from) => {
      if (from.byte() === 0) return { states: null };
      return { states: new Map(Array.from({ length: from.count() }, () => [keys.read(from), read(from)])) };
    },
    maxBytes: 1 + COUNT_BYTES + max * (keys.maxBytes + maxBytes),
  };
}
