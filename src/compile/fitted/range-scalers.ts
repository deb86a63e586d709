import type { Column } from '../../definition/column-batch.js';
import { addColumn } from '../exact-column.js';
import { ExactSum, meanOfRange, meanOfScaled } from '../exact-sum.js';
import { exp } from '../runtime/exponential.js';
import type { Accumulator } from './accumulator.js';
import { UNSEEN } from './by-key.js';
import { mapped, numbersOf } from './column-numbers.js';
import type { Preprocessing } from './preprocessing.js';
import type { MaxAbsScalerState, MinMaxScalerState } from './state.js';

/** (x − min) / (max − min). Source: BigQuery ML, ML.MIN_MAX_SCALER; TFX Transform, scale_to_0_1. */
export const MIN_MAX_SCALER: Preprocessing<MinMaxScalerState> = {
  analytic: true,
  takesKey: true,
  input: 'number',
  options: [
    {
      name: 'clamp',
      parameter: 'clamp',
      positional: false,
      takes: { kind: 'flag' },
      default: true,
      about: 'whether what lies beyond min and max becomes 0 or 1; TFX Transform and scikit-learn do not',
    },
    {
      name: 'constant',
      parameter: 'constant',
      positional: false,
      takes: { kind: 'choice', values: ['zero', 'sigmoid'] },
      default: 'zero',
      about: 'what a column of one value gives: 0, or 1 / (1 + e^−x), as TFX Transform does',
    },
    UNSEEN,
  ],
  result: () => 'FLOAT64',
  learn: ({ clamp, constant }) =>
    new MinMaxAccumulator({
      clamp: clamp !== false,
      ...(constant === 'sigmoid' && { constant }),
    }),
  apply: minMaxScaled,
  about:
    'Where x lies between the least value, 0, and the greatest, 1. What lies beyond them later is clamped. 0 where all values are the same. NULL stays NULL.',
  example: {
    expression: 'MIN_MAX_SCALER(x) OVER ()',
    columns: { x: [1, 2, 3, 4, 5] },
    slots: ['x'],
    rows: [[0], [0.25], [0.5], [0.75], [1]],
  },
};

/** x / max(|x|). Source: BigQuery ML, ML.MAX_ABS_SCALER. */
export const MAX_ABS_SCALER: Preprocessing<MaxAbsScalerState> = {
  analytic: true,
  takesKey: true,
  input: 'number',
  options: [UNSEEN],
  result: () => 'FLOAT64',
  learn: () => new MaxAbsAccumulator(),
  apply: maxAbsScaled,
  about:
    'x divided by the greatest absolute value. Nothing is clamped: later values may lie beyond −1 and 1. 0 where all values are 0. NULL stays NULL.',
  example: {
    expression: 'MAX_ABS_SCALER(x) OVER ()',
    columns: { x: [-3, 1, 2, 3, 4, 5] },
    slots: ['x'],
    rows: [[-0.6], [0.2], [0.4], [0.6], [0.8], [1]],
  },
};

/** Least, greatest value, exact sum and count of what is not NULL. */
class Extent {
  readonly sum = new ExactSum();
  count = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;

  add(argument: Column): void {
    const numbers = numbersOf(argument);
    const { valid } = argument;
    let { min, max } = this;
    for (let row = 0; row < numbers.length; row++) {
      if (valid !== null && valid[row] === 0) continue;
      const x = numbers[row]!;
      if (x < min) min = x;
      if (x > max) max = x;
    }
    // -0.0 + 0 is 0.0: JSON has no -0.0 to reload.
    this.min = min + 0;
    this.max = max + 0;
    this.count += addColumn(this.sum, numbers, valid);
  }

  merge(other: Extent): void {
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.count += other.count;
    this.sum.merge(other.sum);
  }

  addValue(value: number, times: number): void {
    if (times === 0) return;
    this.min = Math.min(this.min, value + 0);
    this.max = Math.max(this.max, value + 0);
    this.count += times;
    this.sum.addRepeated(value, times);
  }
}

class MinMaxAccumulator implements Accumulator<MinMaxScalerState> {
  private readonly extent = new Extent();

  constructor(private readonly options: Pick<MinMaxScalerState, 'clamp' | 'constant'>) {}

  add(argument: Column): void {
    this.extent.add(argument);
  }

  merge(other: MinMaxAccumulator): void {
    this.extent.merge(other.extent);
  }

  addValue(value: number, times: number): void {
    this.extent.addValue(value, times);
  }

  state(): MinMaxScalerState {
    const { count, min, max } = this.extent;
    const known = count > 0;
    return {
      function: 'MIN_MAX_SCALER',
      count,
      min: known ? min : null,
      max: known ? max : null,
      ...this.options,
    };
  }

  outputMean(): number {
    const { sum, count, min, max } = this.extent;
    if (count === 0) return 0;
    if (min === max) return this.options.constant === undefined ? 0 : sigmoid(min);
    return meanOfRange(sum, count, { from: min, to: max });
  }
}

function minMaxScaled(state: MinMaxScalerState): (argument: Column) => Column {
  const { min, max, clamp } = state;
  if (min === null || max === null) return (argument) => constantly(argument, () => 0);
  if (min === max) {
    return (argument) => constantly(argument, state.constant === undefined ? () => 0 : sigmoid);
  }
  // What is farther apart than the greatest double is halved first.
  const half = Number.isFinite(max - min) ? 1 : 0.5;
  const [from, range] = [min * half, max * half - min * half];
  const placed = (numbers: Float64Array, results: Float64Array): void => {
    for (let row = 0; row < results.length; row++) results[row] = (numbers[row]! * half - from) / range;
  };
  return (argument) =>
    mapped(argument, (numbers, results) => {
      placed(numbers, results);
      if (clamp) clampAll(results);
    });
}

function clampAll(results: Float64Array): void {
  for (let row = 0; row < results.length; row++) {
    const place = results[row]!;
    if (place < 0) results[row] = 0;
    else if (place > 1) results[row] = 1;
  }
}

/** 1 / (1 + e^−x) by the pinned exponential. */
function sigmoid(x: number): number {
  return 1 / (1 + exp(-x));
}

class MaxAbsAccumulator implements Accumulator<MaxAbsScalerState> {
  private readonly extent = new Extent();

  add(argument: Column): void {
    this.extent.add(argument);
  }

  merge(other: MaxAbsAccumulator): void {
    this.extent.merge(other.extent);
  }

  addValue(value: number, times: number): void {
    this.extent.addValue(value, times);
  }

  state(): MaxAbsScalerState {
    const { count, min, max } = this.extent;
    return { function: 'MAX_ABS_SCALER', count, maxAbs: count === 0 ? null : Math.max(-min, max) };
  }

  outputMean(): number {
    const scale = this.state().maxAbs ?? 0;
    return meanOfScaled(this.extent.sum, this.extent.count, { center: 0, scale });
  }
}

function maxAbsScaled({ maxAbs }: MaxAbsScalerState): (argument: Column) => Column {
  if (maxAbs === null || maxAbs === 0) return (argument) => constantly(argument, () => 0);
  return (argument) =>
    mapped(argument, (numbers, results) => {
      for (let row = 0; row < results.length; row++) results[row] = numbers[row]! / maxAbs;
    });
}

function constantly(argument: Column, value: (x: number) => number): Column {
  return mapped(argument, (numbers, results) => {
    for (let row = 0; row < results.length; row++) results[row] = value(numbers[row]!);
  });
}
