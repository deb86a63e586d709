import type { Aggregate } from './aggregate.js';
import type { AggregateFunction } from './aggregate-function.js';
import { aggregateOf } from './aggregate-of.js';
import { COUNT_BYTES } from './byte-writer.js';
import { finiteOrNone, type MomentsOf, type Numbers, setFinite } from './numbers.js';
import { overNumbers } from './numbers-of.js';

export const VAR_POP = moment(
  { leastCount: 1, isDeviation: false },
  'The variance of the population, (n Σx² − (Σx)²) / n², evaluated exactly and rounded once: never negative, 0 of one value. NULL of nothing.',
);

export const VAR_SAMP = moment(
  { leastCount: 2, isDeviation: false },
  'The variance of a sample, (n Σx² − (Σx)²) / (n (n − 1)), evaluated exactly and rounded once. NULL of fewer than two values.',
);

export const STDDEV_POP = moment(
  { leastCount: 1, isDeviation: true },
  'The square root of VAR_POP, rounded once more. NULL of nothing.',
);

export const STDDEV_SAMP = moment(
  { leastCount: 2, isDeviation: true },
  'The square root of VAR_SAMP, rounded once more. NULL of fewer than two values.',
);

/** `leastCount` is how many values it needs: with two the divisor is n − 1, else n. */
type Moment = { readonly leastCount: 1 | 2; readonly isDeviation: boolean };

function moment(kind: Moment, about: string): AggregateFunction {
  return {
    takes: ['INT64', 'FLOAT64'],
    takesRows: false,
    parameters: [],
    resultType: () => 'FLOAT64',
    make: (argument) => overNumbers(argument!, (numbers) => momentOf(numbers, kind)),
    about,
  };
}

function momentOf<Total>(numbers: Numbers<Total>, { leastCount, isDeviation }: Moment): Aggregate {
  const { name, empty, addWithSquare, merge, variance, write, read } = numbers;
  return aggregateOf<MomentsOf<Total>>({
    type: 'FLOAT64',
    family: `moments of ${name}`,
    create: () => ({ count: 0, sum: empty(), squares: empty() }),
    add: (state, rows, row) => {
      if (addWithSquare(state.sum, state.squares, rows.argument!, row)) state.count++;
    },
    merge: (state, other) => {
      state.count += other.count;
      merge(state.sum, other.sum);
      merge(state.squares, other.squares);
    },
    finish: (state) => {
      if (state.count < leastCount) return null;
      const result = variance(state, state.count + 1 - leastCount);
      return finiteOrNone(isDeviation ? Math.sqrt(result) : result);
    },
    finishInto: (state, to, row) => {
      if (state.count < leastCount) {
        to.setNull(row);
        return;
      }
      const result = variance(state, state.count + 1 - leastCount);
      setFinite(to, row, isDeviation ? Math.sqrt(result) : result);
    },
    write: ({ count, sum, squares }, to) => {
      to.count(count);
      write(to, sum);
      write(to, squares);
    },
    read: (from) => ({ count: from.count(), sum: read(from), squares: read(from) }),
    maxBytes: COUNT_BYTES + numbers.sumBytes + numbers.squaresBytes,
  });
}
