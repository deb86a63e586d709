import type { Column, ColumnBatch } from '../definition/column-batch.js';
import { type Expression, namesIn } from '../definition/expression.js';
import { ExactSum } from './exact-sum.js';
import { eachNumber } from './fitted/column-numbers.js';
import type { FittedNode, FittedOutput, FittedTransform, OneHotState } from './fitted-transform.js';
import { type ColumnarKernel, compileColumnarKernel } from './kernel.js';
import type { ModelInput, TransformOutput } from './model.js';
import { compileNodes, type NodeKernel } from './transform.js';
import { type PlannedOutput, planTransform, type TransformPlan } from './transform-plan.js';

/**
 * Fits a transform in a few passes over the training split (S24): one for each depth of nested fitted functions,
 * innermost first, and one for the means that replace NULL outputs. In every pass `add` takes all rows, in chunks of any
 * size and order; the result does not depend on them (S22). Call `add` … `finishPass` until `done`, then `result`.
 */
export class TransformFitting {
  private readonly plan: TransformPlan;
  private readonly means: ReadonlyMap<string, MeanOfOutput>;
  private readonly fitted: FittedNode[] = [];
  private readonly oneHots = new Map<string, OneHotState>();
  private stage = 1;
  private pass: Pass;

  constructor(
    outputs: readonly TransformOutput[],
    private readonly inputs: readonly ModelInput[],
  ) {
    this.plan = planTransform(outputs);
    this.means = new Map(this.plan.outputs.map(({ name }) => [name, new MeanOfOutput()]));
    this.pass = this.nextPass();
  }

  /** Whether every pass is finished. */
  get done(): boolean {
    return this.stage > this.plan.lastStage + 1;
  }

  /** Adds a chunk of training rows; `asOf` holds T of each row in microseconds. */
  add(batch: ColumnBatch, asOf: BigInt64Array): void {
    const { kernel, withNodes, learners } = this.pass;
    const columns = kernel(withNodes(batch, asOf), asOf).columns;
    for (const { name, learner } of learners) learner.add(columns.get(name)!);
  }

  /** Ends a pass over all rows. */
  finishPass(): void {
    for (const { name, stage, type, argument, accumulator } of this.plan.nodes) {
      if (stage !== this.stage) continue;
      this.fitted.push({ name, stage, type, argument, state: accumulator.state() });
    }
    for (const output of this.plan.outputs) {
      if (output.kind === 'oneHot' && output.stage === this.stage) {
        this.oneHots.set(output.name, output.accumulator.state());
      }
    }
    this.stage++;
    if (!this.done) this.pass = this.nextPass();
  }

  /** The fitted transform, once {@link done}. */
  result(): FittedTransform {
    const read = new Set([...this.plan.nodes, ...this.plan.outputs].flatMap(namesRead));
    return {
      inputs: this.inputs.filter(({ name }) => read.has(name)),
      nodes: this.fitted,
      outputs: this.plan.outputs.map((output) => this.fittedOutput(output)),
    };
  }

  private fittedOutput(output: PlannedOutput): FittedOutput {
    const { name, text } = output;
    return output.kind === 'number'
      ? { kind: 'number', name, text, expression: output.expression, nullAs: this.means.get(name)!.value() }
      : { kind: 'oneHot', name, text, argument: output.argument, state: this.oneHots.get(name)! };
  }

  private nextPass(): Pass {
    const learners = this.stage <= this.plan.lastStage ? this.stageLearners() : this.meanLearners();
    const kernel = compileColumnarKernel(
      learners.map(({ name, argument }) => ({ name, expression: argument })),
    );
    return { learners, kernel, withNodes: compileNodes(this.fitted) };
  }

  private stageLearners(): readonly Learning[] {
    const oneHots = this.plan.outputs.filter((output) => output.kind === 'oneHot');
    return [...this.plan.nodes, ...oneHots]
      .filter(({ stage }) => stage === this.stage)
      .map(({ name, argument, accumulator }) => ({ name, argument, learner: accumulator }));
  }

  private meanLearners(): readonly Learning[] {
    return this.plan.outputs
      .filter((output) => output.kind === 'number')
      .map(({ name, expression }) => ({ name, argument: expression, learner: this.means.get(name)! }));
  }
}

type Pass = {
  readonly withNodes: NodeKernel;
  readonly kernel: ColumnarKernel;
  readonly learners: readonly Learning[];
};

type Learning = {
  readonly name: string;
  readonly argument: Expression;
  readonly learner: { add(column: Column): void };
};

/** The mean of an output over the training split, 0 of nothing: what BigQuery ML puts in place of a NULL number. */
class MeanOfOutput {
  private readonly sum = new ExactSum();
  private count = 0;

  add(column: Column): void {
    eachNumber(column, (value) => {
      this.sum.add(value);
      this.count++;
    });
  }

  value(): number {
    const mean = this.sum.value() / this.count;
    return Number.isFinite(mean) ? mean : 0;
  }
}

function namesRead(
  part: { readonly expression: Expression } | { readonly argument: Expression },
): readonly string[] {
  return namesIn('expression' in part ? part.expression : part.argument);
}
