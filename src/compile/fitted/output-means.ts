import type { Column } from '../../definition/column-batch.js';
import { PlumblineError } from '../../definition/error.js';
import { addColumn } from '../exact-column.js';
import { ExactSum, meanOf } from '../exact-sum.js';
import { numbersOf } from './column-numbers.js';
import { isValid } from './encoder.js';
import type { ChunkLearner } from './function-learner.js';

/** The mean of an output over the training split, 0 of nothing: what BigQuery ML puts in place of a NULL number. */
export interface MeanLearner extends ChunkLearner {
  /** The mean, of an array one an element. */
  values(): readonly number[];
}

/** The mean of an output of one number. */
export class NumberMean implements MeanLearner {
  private readonly sum = new ExactSum();
  private count = 0;

  add(column: Column): void {
    this.count += addColumn(this.sum, numbersOf(column), column.valid);
  }

  merge(other: NumberMean): void {
    this.sum.merge(other.sum);
    this.count += other.count;
  }

  values(): readonly number[] {
    return [meanOrZero(this.sum, this.count)];
  }
}

/** The mean of each element of an output of arrays, all of one length. */
export class ArrayMeans implements MeanLearner {
  private sums: readonly ExactSum[] | null = null;
  private count = 0;

  constructor(private readonly name: string) {}

  add(column: Column): void {
    const arrays = column.values as readonly (readonly number[])[];
    for (let row = 0; row < arrays.length; row++) {
      if (!isValid(column, row)) continue;
      const array = arrays[row]!;
      const sums = this.sumsOf(array.length);
      for (let i = 0; i < array.length; i++) sums[i]!.add(array[i]!);
      this.count++;
    }
  }

  merge(other: ArrayMeans): void {
    if (other.sums === null) return;
    const sums = this.sumsOf(other.sums.length);
    for (const [index, sum] of other.sums.entries()) sums[index]!.merge(sum);
    this.count += other.count;
  }

  values(): readonly number[] {
    return (this.sums ?? []).map((sum) => meanOrZero(sum, this.count));
  }

  private sumsOf(length: number): readonly ExactSum[] {
    this.sums ??= Array.from({ length }, () => new ExactSum());
    if (this.sums.length === length) return this.sums;
    const [shorter, longer] = [this.sums.length, length].sort((a, b) => a - b);
    throw new PlumblineError(
      'TRAINING_FAILED',
      `the arrays of transform output "${this.name}" have ${shorter} and ${longer} elements; a model input has one width, so leave such rows out or make the arrays as long as one another`,
      { output: this.name, lengths: [shorter, longer] },
    );
  }
}

function meanOrZero(sum: ExactSum, count: number): number {
  return (meanOf(sum, count) ?? 0) + 0;
}
