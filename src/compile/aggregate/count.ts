import { VALUE_TYPES } from '../../definition/value-type.js';
import type { Aggregate } from './aggregate.js';
import type { AggregateFunction } from './aggregate-function.js';
import { type Algebra, aggregateOf } from './aggregate-of.js';
import { COUNT_BYTES } from './byte-writer.js';
import { isNull } from './is-null.js';

/** COUNT(*) and COUNT(x). */
export const COUNT: AggregateFunction = {
  takes: VALUE_TYPES,
  takesRows: true,
  parameters: [],
  resultType: () => 'INT64',
  make: (argument) => (argument === null ? countingRows() : countingValues()),
  about: '`COUNT(*)` is how many rows there are, `COUNT(x)` in how many of them x is not NULL; 0 of nothing.',
};

type CountState = { count: number };

function countingRows(): Aggregate {
  return aggregateOf<CountState>({
    ...COUNTS,
    family: 'count of rows',
    add: (state) => {
      state.count++;
    },
    addRows: (state, _rows, _places, count) => {
      state.count += count;
    },
  });
}

function countingValues(): Aggregate {
  return aggregateOf<CountState>({
    ...COUNTS,
    family: 'count of values',
    add: (state, { argument }, row) => {
      if (!isNull(argument!, row)) state.count++;
    },
    addRows: (state, { argument }, places, count) => {
      if (argument!.valid === null) state.count += count;
      else for (let i = 0; i < count; i++) state.count += argument!.valid[places[i]!]!;
    },
  });
}

const COUNTS: Omit<Algebra<CountState>, 'family' | 'add'> = {
  type: 'INT64',
  create: () => ({ count: 0 }),
  merge: (state, other) => {
    state.count += other.count;
  },
  finish: ({ count }) => BigInt(count),
  finishInto: ({ count }, to, row) => to.setWords(row, count, Math.floor(count / TWO_32)),
  write: ({ count }, to) => to.count(count),
  read: (from) => ({ count: from.count() }),
  maxBytes: COUNT_BYTES,
};

const TWO_32 = 2 ** 32;
