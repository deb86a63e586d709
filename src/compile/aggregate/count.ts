import { VALUE_TYPES } from '../../definition/value-type.js';
import type { Aggregate, AggregateRows } from './aggregate.js';
import type { AggregateFunction } from './aggregate-function.js';
import { aggregateOf } from './aggregate-of.js';
import { COUNT_BYTES } from './byte-writer.js';
import { isNull } from './is-null.js';

/** COUNT(*) and COUNT(x). */
export const COUNT: AggregateFunction = {
  takes: VALUE_TYPES,
  takesRows: true,
  parameters: [],
  resultType: () => 'INT64',
  make: (argument) => (argument === null ? counting('rows', countRow) : counting('values', countValue)),
  about: '`COUNT(*)` is how many rows there are, `COUNT(x)` in how many of them x is not NULL; 0 of nothing.',
};

type CountState = { count: number };

function counting(
  what: 'rows' | 'values',
  add: (state: CountState, rows: AggregateRows, row: number) => void,
): Aggregate {
  return aggregateOf<CountState>({
    type: 'INT64',
    family: `count of ${what}`,
    create: () => ({ count: 0 }),
    add,
    merge: (state, other) => {
      state.count += other.count;
    },
    finish: (state) => BigInt(state.count),
    write: (state, to) => to.count(state.count),
    read: (from) => ({ count: from.count() }),
    maxBytes: COUNT_BYTES,
  });
}

function countRow(state: CountState): void {
  state.count++;
}

function countValue(state: CountState, rows: AggregateRows, row: number): void {
  if (!isNull(rows.argument!, row)) state.count++;
}
