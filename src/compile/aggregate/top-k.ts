import { PlumblineError } from '../../definition/error.js';
import { SCALAR_TYPES, type ScalarType } from '../../definition/value-type.js';
import type { Aggregate } from './aggregate.js';
import type { AggregateFunction } from './aggregate-function.js';
import { aggregateOf } from './aggregate-of.js';
import { MAX_COUNTED, MOST_FREQUENT } from './aggregate-parameters.js';
import { COUNT_BYTES } from './byte-writer.js';
import { type ValueKey, valueKeys } from './value-keys.js';

export const TOP_K: AggregateFunction = {
  takes: SCALAR_TYPES,
  takesRows: false,
  parameters: [MOST_FREQUENT, MAX_COUNTED],
  resultType: (type) => `ARRAY<${type as ScalarType}>`,
  make: (argument, { k, max }) => {
    if (k! > max!) {
      throw new PlumblineError(
        'INVALID_DOCUMENT',
        `TOP_K gives ${k} values but counts only ${max}; raise max to ${k} or more`,
      );
    }
    return mostFrequent(argument!.type as ScalarType, k!, max!);
  },
  about:
    'The k most frequent values, the most frequent first, of equally frequent ones the smaller first (in the order of MIN); exact. ' +
    'NULL where there are more than `max` different values; [] of nothing.',
};

/** How often each value came; null once there were more than `max` different ones. */
type CountsState = { counts: Map<ValueKey, number> | null };

function mostFrequent(type: ScalarType, k: number, max: number): Aggregate {
  const { at, value, compare, write, read, maxBytes } = valueKeys(type);
  const take = (state: CountsState, key: ValueKey, times: number): void => {
    const { counts } = state;
    if (counts === null) return;
    counts.set(key, (counts.get(key) ?? 0) + times);
    if (counts.size > max) state.counts = null;
  };
  return aggregateOf<CountsState>({
    type: `ARRAY<${type}>`,
    family: `counts of ${type} up to ${max}`,
    create: () => ({ counts: new Map() }),
    add: (state, { argument }, row) => {
      const key = state.counts === null ? null : at(argument!, row);
      if (key !== null) take(state, key, 1);
    },
    merge: (state, other) => {
      if (other.counts === null) state.counts = null;
      else for (const [key, times] of other.counts) take(state, key, times);
    },
    finish: ({ counts }) => {
      if (counts === null) return null;
      const byCount = [...counts].sort((a, b) => b[1] - a[1] || compare(a[0], b[0]));
      return byCount.slice(0, k).map(([key]) => value(key));
    },
    write: ({ counts }, to) => {
      to.byte(Number(counts !== null));
      if (counts === null) return;
      to.count(counts.size);
      for (const key of [...counts.keys()].sort(compare)) {
        write(to, key);
        to.count(counts.get(key)!);
      }
    },
    read: (from) => {
      if (from.byte() === 0) return { counts: null };
      return { counts: new Map(Array.from({ length: from.count() }, () => [read(from), from.count()])) };
    },
    maxBytes: 1 + COUNT_BYTES + max * (maxBytes + COUNT_BYTES),
  });
}
