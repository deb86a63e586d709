import type { ColumnBuilder } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import type { Aggregate } from './aggregate.js';
import type { AggregateFunction } from './aggregate-function.js';
import { aggregateOf } from './aggregate-of.js';
import { COUNT_BYTES } from './byte-writer.js';
import { finiteOrNone, type Numbers, setFinite } from './numbers.js';
import { overNumbers } from './numbers-of.js';

export const SUM: AggregateFunction = {
  takes: ['INT64', 'FLOAT64'],
  takesRows: false,
  parameters: [],
  resultType: (type) => type!,
  make: (argument) =>
    overNumbers(argument!, (numbers) =>
      summing(numbers, { type: numbers.sumType, finish: numbers.sum, finishInto: numbers.sumInto }),
    ),
  about:
    'The exact sum: of INT64 an INT64, NULL only where the final sum is beyond 64 bits; of FLOAT64 rounded once, to nearest, ' +
    'ties to even, NULL where it is not finite. Of a column with a `scale` each value stands for the nearest multiple of it ' +
    '(ties to even; beyond 64 bits it is skipped), and the sum of the multiples times the scale is rounded once. NULL of nothing.',
};

export const AVG: AggregateFunction = {
  takes: ['INT64', 'FLOAT64'],
  takesRows: false,
  parameters: [],
  resultType: () => 'FLOAT64',
  make: (argument) =>
    overNumbers(argument!, (numbers) =>
      summing(numbers, {
        type: 'FLOAT64',
        finish: (sum, count) => finiteOrNone(numbers.rounded(sum) / count),
        finishInto: (sum, to, row, count) => setFinite(to, row, numbers.rounded(sum) / count),
      }),
    ),
  about:
    'The exact sum rounded once to a double, divided by the count of values; NULL where the sum is not finite, and of nothing.',
};

type SumState<Total> = { count: number; readonly sum: Total };

/** What is made of a sum of one number at least. */
type Summing<Total> = {
  readonly type: 'INT64' | 'FLOAT64';
  readonly finish: (sum: Total, count: number) => Value;
  readonly finishInto: (sum: Total, to: ColumnBuilder, row: number, count: number) => void;
};

function summing<Total>(
  { name, empty, add, addRows, merge, write, read, sumBytes }: Numbers<Total>,
  { type, finish, finishInto }: Summing<Total>,
): Aggregate {
  return aggregateOf<SumState<Total>>({
    type,
    family: `sum of ${name}`,
    create: () => ({ count: 0, sum: empty() }),
    add: (state, rows, row) => {
      if (add(state.sum, rows.argument!, row)) state.count++;
    },
    addRows: (state, { argument }, places, count) => {
      state.count += addRows(state.sum, argument!, places, count);
    },
    merge: (state, other) => {
      state.count += other.count;
      merge(state.sum, other.sum);
    },
    finish: ({ count, sum }) => (count === 0 ? null : finish(sum, count)),
    finishInto: ({ count, sum }, to, row) => {
      if (count === 0) to.setNull(row);
      else finishInto(sum, to, row, count);
    },
    write: ({ count, sum }, to) => {
      to.count(count);
      write(to, sum);
    },
    read: (from) => ({ count: from.count(), sum: read(from) }),
    maxBytes: COUNT_BYTES + sumBytes,
  });
}
