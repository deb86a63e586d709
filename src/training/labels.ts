import { compileColumnarKernel } from '../compile/kernel.js';
import { type Column, type ColumnBatch, valueAt } from '../definition/column-batch.js';
import type { Task } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import type { Expression } from '../definition/expression.js';
import type { Value } from '../definition/value.js';

/** Stands for a label that is NULL: such a row is left out. */
const NO_LABEL = Number.NaN;

/**
 * Reads labels as numbers: 0 or 1 of two classes, the quantity of a regression; of several classes a number that the class
 * got when it was first seen, see {@link classes}.
 */
export class LabelReader {
  private readonly kernel: ReturnType<typeof compileColumnarKernel>;
  private readonly numbers = new Map<string, number>();

  constructor(
    expression: Expression,
    private readonly task: Task,
  ) {
    this.kernel = compileColumnarKernel([{ name: 'label', expression }]);
  }

  /** One number a row. Throws TRAINING_FAILED for a label of two classes that is neither, and for too many classes. */
  read(batch: ColumnBatch, asOf: BigInt64Array): Float64Array {
    const column = this.kernel(batch, asOf).columns.get('label')!;
    return Float64Array.from({ length: batch.rowCount }, (_, row) => this.numberOf(column, row));
  }

  /** The classes seen, as text, by their numbers. */
  get classes(): readonly string[] {
    return [...this.numbers.keys()];
  }

  private numberOf(column: Column, row: number): number {
    const value = valueAt(column, row);
    if (value === null) return NO_LABEL;
    switch (this.task) {
      case 'binary':
        return zeroOrOne(value);
      case 'regression':
        return quantity(Number(value));
      case 'multiClass':
        return this.classNumber(String(value));
    }
  }

  private classNumber(label: string): number {
    const known = this.numbers.get(label);
    if (known !== undefined) return known;
    if (this.numbers.size === MAX_CLASSES) {
      throw new PlumblineError(
        'TRAINING_FAILED',
        `the label has more than ${MAX_CLASSES} classes, such as ${JSON.stringify(label)}; group them in the label's expression`,
        { path: '/label/expression' },
      );
    }
    this.numbers.set(label, this.numbers.size);
    return this.numbers.size - 1;
  }
}

/** A model of more classes than this needs other trainers than ours. */
const MAX_CLASSES = 1000;

/** Squares of what is larger would not be finite. */
const LARGEST = 1e150;

function quantity(label: number): number {
  if (Math.abs(label) <= LARGEST) return label;
  throw new PlumblineError(
    'TRAINING_FAILED',
    `the label of a row is ${label}; write one of another unit, at most ${LARGEST}`,
    { path: '/label/expression' },
  );
}

function zeroOrOne(value: Value): number {
  if (value === 0n || value === false) return 0;
  if (value === 1n || value === true) return 1;
  throw new PlumblineError(
    'TRAINING_FAILED',
    `the label of a row is ${String(value)}; write an expression that gives 0, 1 or NULL`,
  );
}
