import type { ColumnBatch } from '../definition/column-batch.js';
import { FunctionLearner } from './fitted/function-learner.js';
import { ArrayMeans, type MeanLearner, NumberMean } from './fitted/output-means.js';
import { type ColumnarKernel, compileColumnarKernel } from './kernel.js';
import type { NodeKernel } from './transform.js';
import type { PlannedFunction, PlannedNumbers } from './transform-plan.js';

/** One pass over the training rows: what learns in it, and what earlier passes learnt, which it reads. */
export type Pass = {
  /** Computes the functions that are known by now. */
  readonly withNodes: NodeKernel;
  readonly functions: readonly PlannedFunction[];
  /** Outputs whose mean is taken. */
  readonly means: readonly PlannedNumbers[];
  /** What all of them learn from, by {@link functionColumn} and {@link meanColumn}. */
  readonly kernel: ColumnarKernel;
};

/** The pass in which these functions and outputs learn. */
export function passOf(
  functions: readonly PlannedFunction[],
  means: readonly PlannedNumbers[],
  withNodes: NodeKernel,
): Pass {
  const kernel = compileColumnarKernel([
    ...functions.map(({ name, learning }) => ({ name: functionColumn(name), expression: learning.from })),
    ...functions.flatMap(({ name, by }) => (by === null ? [] : [{ name: keyColumn(name), expression: by }])),
    ...means.map(({ name, expression }) => ({ name: meanColumn(name), expression })),
  ]);
  return { withNodes, functions, means, kernel };
}

/** What one share of the rows of one pass teaches. Shares may be of any size, also empty, and merged in any order. */
export class FittingPart {
  readonly functions: ReadonlyMap<string, FunctionLearner>;
  readonly means: ReadonlyMap<string, MeanLearner>;
  private isMerged = false;

  constructor(private readonly pass: Pass) {
    this.functions = new Map(
      pass.functions.map(({ name, learning }) => [name, new FunctionLearner(learning)]),
    );
    this.means = new Map(pass.means.map((output) => [output.name, meanLearner(output)]));
  }

  /**
   * Adds a chunk of training rows; `asOf` holds T of each row in microseconds. Throws TRAINING_FAILED when arrays of an
   * output have different lengths.
   */
  add(batch: ColumnBatch, asOf: BigInt64Array): void {
    this.requireOpen();
    const { kernel, withNodes } = this.pass;
    const { columns } = kernel(withNodes(batch, asOf), asOf);
    for (const [name, learner] of this.functions) {
      learner.add(columns.get(functionColumn(name))!, columns.get(keyColumn(name)));
    }
    for (const [name, learner] of this.means) learner.add(columns.get(meanColumn(name))!);
  }

  /** Takes over everything that `other`, a part of the same pass of the same fitting, was given; that one is then spent. */
  merge(other: FittingPart): void {
    this.requireOpen();
    other.requireOpen();
    if (other.pass !== this.pass || other === this) {
      throw new TypeError('a part is merged once, in the pass of the fitting that it was made in');
    }
    for (const [name, learner] of this.functions) learner.merge(other.functions.get(name)!);
    for (const [name, learner] of this.means) learner.merge(other.means.get(name)!);
    other.isMerged = true;
  }

  private requireOpen(): void {
    if (this.isMerged) throw new TypeError('this part was merged into another one, which has its rows');
  }
}

function functionColumn(name: string): string {
  return `learns ${name}`;
}

function keyColumn(name: string): string {
  return `key of ${name}`;
}

function meanColumn(name: string): string {
  return `mean ${name}`;
}

function meanLearner({ kind, name }: PlannedNumbers): MeanLearner {
  return kind === 'array' ? new ArrayMeans(name) : new NumberMean();
}
