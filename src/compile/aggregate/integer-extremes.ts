import type { Aggregate } from './aggregate.js';
import { aggregateOf } from './aggregate-of.js';
import { Int64Words } from './int64-words.js';
import { isNull } from './is-null.js';

/** MIN or MAX of 64-bit integers, as halves: no row makes a bigint. */
export function extremeOfIntegers(which: 'min' | 'max', type: 'INT64' | 'TIMESTAMP'): Aggregate {
  const words = new Int64Words();
  const isBetter = which === 'min' ? isSmaller : isGreater;
  const take = (state: HalvesState, high: number, low: number): void => {
    if (!state.isEmpty && !isBetter(state, high, low)) return;
    state.isEmpty = false;
    state.high = high;
    state.low = low;
  };
  return aggregateOf<HalvesState>({
    type,
    family: `${which} of ${type}`,
    create: () => ({ isEmpty: true, high: 0, low: 0 }),
    add: (state, { argument }, row) => {
      if (isNull(argument!, row)) return;
      const halves = words.of(argument!.values as BigInt64Array);
      take(state, halves[2 * row + 1]!, halves[2 * row]! >>> 0);
    },
    addRows: (state, { argument }, places, count) => {
      const halves = words.of(argument!.values as BigInt64Array);
      for (let i = 0; i < count; i++) {
        const row = places[i]!;
        if (!isNull(argument!, row)) take(state, halves[2 * row + 1]!, halves[2 * row]! >>> 0);
      }
    },
    merge: (state, other) => {
      if (!other.isEmpty) take(state, other.high, other.low);
    },
    finish: ({ isEmpty, high, low }) => (isEmpty ? null : (BigInt(high) << 32n) + BigInt(low)),
    finishInto: ({ isEmpty, high, low }, to, row) => {
      if (isEmpty) to.setNull(row);
      else to.setWords(row, low, high);
    },
    write: ({ isEmpty, high, low }, to) => {
      to.byte(Number(!isEmpty));
      if (isEmpty) return;
      to.int32(high);
      to.int32(low | 0);
    },
    read: (from) =>
      from.byte() === 0
        ? { isEmpty: true, high: 0, low: 0 }
        : { isEmpty: false, high: from.int32(), low: from.int32() >>> 0 },
    maxBytes: 1 + 8,
  });
}

/** The upper half signed, the lower one from 0 to 2^32. */
type HalvesState = { isEmpty: boolean; high: number; low: number };

function isSmaller(than: HalvesState, high: number, low: number): boolean {
  return high < than.high || (high === than.high && low < than.low);
}

function isGreater(than: HalvesState, high: number, low: number): boolean {
  return high > than.high || (high === than.high && low > than.low);
}
