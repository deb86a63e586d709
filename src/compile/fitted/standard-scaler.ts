import type { Column } from '../../definition/column-batch.js';
import { ExactMoments } from '../exact-sum.js';
import type { StandardScalerState } from '../fitted-transform.js';
import type { Accumulator } from './accumulator.js';
import { eachNumber, numbersOf } from './column-numbers.js';

/** Learns mean and sample standard deviation (n − 1), as BigQuery ML's STANDARD_SCALER does; exact sums, S22. */
export class StandardScalerAccumulator implements Accumulator<StandardScalerState> {
  private readonly moments = new ExactMoments();

  add(argument: Column): void {
    eachNumber(argument, (value) => this.moments.add(value));
  }

  state(): StandardScalerState {
    const variance = this.moments.sampleVariance();
    return {
      function: 'STANDARD_SCALER',
      count: this.moments.size(),
      mean: finite(this.moments.mean()),
      standardDeviation: variance === null ? null : finite(Math.sqrt(variance)),
    };
  }
}

/**
 * (x − mean) / standard deviation; 0.0 where the standard deviation is 0 or undefined. NULL stays NULL, and what would
 * not be finite is NULL (S6).
 */
export function standardScaled(state: StandardScalerState, argument: Column): Column {
  const numbers = numbersOf(argument);
  const values = new Float64Array(numbers.length);
  const { mean, standardDeviation } = state;
  if (mean === null || standardDeviation === null || standardDeviation === 0) {
    return { type: 'FLOAT64', values, valid: argument.valid };
  }
  let valid = argument.valid;
  for (let row = 0; row < values.length; row++) {
    const value = (numbers[row]! - mean) / standardDeviation;
    if (Number.isFinite(value)) {
      values[row] = value;
      continue;
    }
    if (valid === argument.valid) valid = valid?.slice() ?? new Uint8Array(values.length).fill(1);
    valid![row] = 0;
  }
  return { type: 'FLOAT64', values, valid };
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
