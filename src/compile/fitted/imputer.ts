import type { Column } from '../../definition/column-batch.js';
import { addColumn } from '../exact-column.js';
import { ExactSum, meanOf } from '../exact-sum.js';
import type { Accumulator } from './accumulator.js';
import { numbersOf } from './column-numbers.js';
import { fraction } from './fraction.js';
import { Frequencies } from './frequencies.js';
import { QUANTILES } from './options.js';
import { OrderedValues, type QuantileMethod } from './ordered-values.js';
import type { Preprocessing } from './preprocessing.js';
import type { ImputerState, ImputerStrategy } from './state.js';

/** NULL replaced by what is usual. Source: BigQuery ML, ML.IMPUTER. */
export const IMPUTER: Preprocessing<ImputerState> = {
  analytic: true,
  input: 'value',
  options: [
    {
      name: 'strategy',
      parameter: 'strategy',
      positional: true,
      takes: { kind: 'choice', values: ['mean', 'median', 'most_frequent'] },
      about: 'what replaces NULL; of a STRING `most_frequent` only',
    },
    QUANTILES,
  ],
  result: (input) => (input === 'STRING' ? 'STRING' : 'FLOAT64'),
  refuse: (input, { strategy }) =>
    input === 'STRING' && strategy !== 'most_frequent' ? "'most_frequent' for a STRING" : null,
  learn: ({ strategy, quantiles }, input) => accumulatorOf(strategy as ImputerStrategy, input, quantiles),
  apply: imputed,
  about:
    'x, and where that is NULL the mean, the median or the most frequent value (of equally frequent ones the smallest, strings by code points). Numbers become FLOAT64. NULL stays only where there was no value to learn from.',
  example: {
    expression: "IMPUTER(x, 'mean') OVER ()",
    columns: { x: [-3, -3, -3, 1, 2, 3, 4, 5, null] },
    slots: ['x'],
    rows: [[-3], [-3], [-3], [1], [2], [3], [4], [5], [0.75]],
  },
};

function accumulatorOf(
  strategy: ImputerStrategy,
  input: string,
  quantiles: unknown,
): Accumulator<ImputerState> {
  switch (strategy) {
    case 'mean':
      return new MeanAccumulator();
    case 'median':
      return new MedianAccumulator((quantiles ?? 'order_statistic') as QuantileMethod);
    case 'most_frequent':
      return input === 'STRING' ? new MostFrequentText() : new MostFrequentNumber();
  }
}

function imputed({ value }: ImputerState): (argument: Column) => Column {
  return (argument) => {
    if (argument.type === 'STRING')
      return typeof value === 'string' ? filledTexts(argument, value) : argument;
    const numbers: Column = { type: 'FLOAT64', values: numbersOf(argument), valid: argument.valid };
    return typeof value === 'number' ? filledNumbers(numbers, value) : numbers;
  };
}

function filledNumbers(argument: Column, replacement: number): Column {
  const { valid } = argument;
  if (valid === null) return argument;
  const values = (argument.values as Float64Array).slice();
  for (let row = 0; row < values.length; row++) if (valid[row] === 0) values[row] = replacement;
  return { type: 'FLOAT64', values, valid: null };
}

function filledTexts(argument: Column, replacement: string): Column {
  const { valid } = argument;
  if (valid === null) return argument;
  const values = (argument.values as readonly string[]).map((value, row) =>
    valid[row] === 1 ? value : replacement,
  );
  return { type: 'STRING', values, valid: null };
}

/** A column without NULLs needs nothing in their place: the mean of the results is the mean of what was learnt, or nothing. */
function meanOfResults({ value }: ImputerState): number {
  return typeof value === 'number' ? value : 0;
}

class MeanAccumulator implements Accumulator<ImputerState> {
  private readonly sum = new ExactSum();
  private count = 0;

  add(argument: Column): void {
    this.count += addColumn(this.sum, numbersOf(argument), argument.valid);
  }

  merge(other: MeanAccumulator): void {
    this.sum.merge(other.sum);
    this.count += other.count;
  }

  addValue(value: number, times: number): void {
    this.sum.addRepeated(value, times);
    this.count += times;
  }

  state(): ImputerState {
    const mean = meanOf(this.sum, this.count);
    return {
      function: 'IMPUTER',
      strategy: 'mean',
      count: this.count,
      value: mean === null ? null : mean + 0,
    };
  }

  outputMean(): number {
    return meanOfResults(this.state());
  }
}

class MedianAccumulator implements Accumulator<ImputerState> {
  private readonly values = new OrderedValues();

  constructor(private readonly method: QuantileMethod) {}

  add(argument: Column): void {
    this.values.addColumn(argument);
  }

  merge(other: MedianAccumulator): void {
    this.values.merge(other.values);
  }

  addValue(value: number, times: number): void {
    this.values.addValue(value, times);
  }

  state(): ImputerState {
    const value = this.values.quantile(fraction(1, 2), this.method);
    return { function: 'IMPUTER', strategy: 'median', count: this.values.size(), value };
  }

  outputMean(): number {
    return meanOfResults(this.state());
  }
}

class MostFrequentNumber implements Accumulator<ImputerState> {
  private readonly frequencies = new Frequencies<number>();

  add(argument: Column): void {
    const numbers = numbersOf(argument);
    const { valid } = argument;
    for (let row = 0; row < numbers.length; row++) {
      // -0.0 + 0 is 0.0, which it is equal to.
      if (valid === null || valid[row] === 1) this.frequencies.add(numbers[row]! + 0);
    }
  }

  merge(other: MostFrequentNumber): void {
    this.frequencies.merge(other.frequencies);
  }

  addValue(value: number, times: number): void {
    if (times > 0) this.frequencies.add(value + 0, times);
  }

  state(): ImputerState {
    return mostFrequentState(this.frequencies);
  }

  outputMean(): number {
    return meanOfResults(this.state());
  }
}

class MostFrequentText implements Accumulator<ImputerState> {
  private readonly frequencies = new Frequencies<string>();

  add(argument: Column): void {
    this.frequencies.addColumn(argument);
  }

  merge(other: MostFrequentText): void {
    this.frequencies.merge(other.frequencies);
  }

  addValue(value: string, times: number): void {
    if (times > 0) this.frequencies.add(value, times);
  }

  state(): ImputerState {
    return mostFrequentState(this.frequencies);
  }
}

function mostFrequentState(frequencies: Frequencies<number> | Frequencies<string>): ImputerState {
  const value = frequencies.mostFrequent();
  return { function: 'IMPUTER', strategy: 'most_frequent', count: frequencies.total(), value };
}
