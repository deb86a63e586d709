import { type Column, valueAt } from '../../definition/column-batch.js';
import { ExactSum } from '../exact-sum.js';
import type { ImputerState, ImputerStrategy } from '../fitted-transform.js';
import type { Accumulator } from './accumulator.js';
import { eachNumber, numbersOf } from './column-numbers.js';
import { Frequencies } from './frequencies.js';

/**
 * Learns what replaces NULL, as BigQuery ML's IMPUTER does. `mean`: the exact sum rounded once, over the count (S22).
 * `median`: the ⌈n/2⌉-th smallest value, an order statistic that is never interpolated. `most_frequent`: ties go to the
 * smallest value, strings by code points.
 */
export function imputerAccumulator(strategy: ImputerStrategy): Accumulator<ImputerState> {
  return ACCUMULATORS[strategy]();
}

/** The argument with NULL replaced; numbers become FLOAT64. NULL stays where there was no value to learn from. */
export function imputed({ value }: ImputerState, argument: Column): Column {
  const { type, valid } = argument;
  if (type === 'STRING') {
    return typeof value === 'string' && valid !== null ? filledStrings(argument, value) : argument;
  }
  if (typeof value !== 'number' || valid === null) {
    return { type: 'FLOAT64', values: numbersOf(argument), valid };
  }
  const values = numbersOf(argument).map((number, row) => (valid[row] === 1 ? number : value));
  return { type: 'FLOAT64', values, valid: null };
}

const ACCUMULATORS: Record<ImputerStrategy, () => Accumulator<ImputerState>> = {
  mean: () => new MeanAccumulator(),
  median: () => new MedianAccumulator(),
  most_frequent: () => new MostFrequentAccumulator(),
};

class MeanAccumulator implements Accumulator<ImputerState> {
  private readonly sum = new ExactSum();
  private count = 0;

  add(argument: Column): void {
    eachNumber(argument, (value) => {
      this.sum.add(value);
      this.count++;
    });
  }

  state(): ImputerState {
    const mean = this.sum.value() / this.count;
    const value = Number.isFinite(mean) ? mean : null;
    return { function: 'IMPUTER', strategy: 'mean', count: this.count, value };
  }
}

class MedianAccumulator implements Accumulator<ImputerState> {
  /** Every value: an exact order statistic needs them all, 8 bytes each. */
  private readonly values: number[] = [];

  add(argument: Column): void {
    eachNumber(argument, (value) => this.values.push(value));
  }

  state(): ImputerState {
    const sorted = Float64Array.from(this.values).sort();
    const median = sorted[Math.ceil(sorted.length / 2) - 1];
    // -0.0 + 0 is 0.0: JSON has no -0.0 to reload.
    const value = median === undefined ? null : median + 0;
    return { function: 'IMPUTER', strategy: 'median', count: sorted.length, value };
  }
}

class MostFrequentAccumulator implements Accumulator<ImputerState> {
  private readonly frequencies = new Frequencies<string | number>();
  private count = 0;

  add(argument: Column): void {
    for (let row = 0; row < argument.values.length; row++) {
      const value = valueAt(argument, row);
      if (value === null) continue;
      this.frequencies.add(typeof value === 'string' ? value : Number(value));
      this.count++;
    }
  }

  state(): ImputerState {
    const value = this.frequencies.ranked()[0]?.[0] ?? null;
    return { function: 'IMPUTER', strategy: 'most_frequent', count: this.count, value };
  }
}

function filledStrings(argument: Column, replacement: string): Column {
  const values = argument.values as readonly string[];
  return {
    type: 'STRING',
    values: values.map((value, row) => (argument.valid![row] === 1 ? value : replacement)),
    valid: null,
  };
}
