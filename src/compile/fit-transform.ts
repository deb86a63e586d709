import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { type Expression, namesIn } from '../definition/expression.js';
import { type ChunkLearner, ImputedLearner } from './fitted/chunk-learner.js';
import { ArrayMeans, type MeanLearner, NumberMean } from './fitted/output-means.js';
import type { FittedNode, FittedOutput, FittedTransform } from './fitted-transform.js';
import { type ColumnarKernel, compileColumnarKernel } from './kernel.js';
import type { ModelInput } from './model.js';
import { compileEncoder, compileNodes, type NodeKernel } from './transform.js';
import type { TransformOutput } from './transform-output.js';
import {
  type Learning,
  type PlannedNode,
  type PlannedOutput,
  planTransform,
  type TransformPlan,
} from './transform-plan.js';

/**
 * Fits a transform over the training split (S24), in one pass over its rows unless functions that learn stand within one
 * another; an IMPUTER within another costs no pass, because what it puts in place of NULL is added to that one's counts.
 * What replaces NULL in an output comes from the same pass, too, where the output is no function of what is learnt, or is
 * an affine one as a whole. In every pass `add` takes all rows, in chunks of any size and order, in one fitting or in
 * several that are merged; the result does not depend on that (S22). Call `add` … `finishPass` until `done`, then `result`.
 */
export class TransformFitting {
  private readonly plan: TransformPlan;
  private readonly means: ReadonlyMap<string, MeanLearner>;
  private readonly fitted = new Map<string, FittedNode>();
  private pass = 0;
  private current: Pass;

  constructor(
    outputs: readonly TransformOutput[],
    private readonly inputs: readonly ModelInput[],
  ) {
    this.plan = planTransform(outputs);
    this.means = new Map(this.plan.outputs.map((output) => [output.name, meanLearner(output)]));
    this.current = this.nextPass();
  }

  /** Whether every pass is finished. */
  get done(): boolean {
    return this.pass > this.plan.passes;
  }

  /**
   * Adds a chunk of training rows; `asOf` holds T of each row in microseconds. Throws TRAINING_FAILED when arrays of an
   * output have different lengths.
   */
  add(batch: ColumnBatch, asOf: BigInt64Array): void {
    const { kernel, withNodes, learners } = this.current;
    const columns = kernel(withNodes(batch, asOf), asOf).columns;
    for (const { name, learner } of learners) learner.add(columns.get(name)!);
  }

  /** Adds the rows of this pass that `other`, a fitting of the same transform in the same pass, was given. */
  merge(other: TransformFitting): void {
    for (const [index, { learner }] of this.current.learners.entries()) {
      learner.merge(other.current.learners[index]!.learner);
    }
  }

  /** Ends a pass over all rows. */
  finishPass(): void {
    for (const { fill } of this.current.learners) fill?.();
    this.current = this.nextPass();
  }

  /** The fitted transform, once {@link done}. Throws TRAINING_FAILED when an output has too many slots. */
  result(): FittedTransform {
    const { nodes, outputs } = this.plan;
    const read = new Set([
      ...nodes.flatMap(({ argument }) => namesIn(argument)),
      ...outputs.flatMap((output) =>
        namesIn(output.kind === 'encoded' ? output.argument : output.expression),
      ),
    ]);
    return {
      inputs: this.inputs.filter(({ name }) => read.has(name)),
      nodes: nodes.map(({ name }) => this.fitted.get(name)!),
      outputs: outputs.map((output) => this.fittedOutput(output)),
    };
  }

  private fittedOutput(output: PlannedOutput): FittedOutput {
    const { name, text } = output;
    if (output.kind === 'encoded') {
      const state = output.learning.accumulator.state();
      requireWidth(name, compileEncoder(state).slots.length, state.function);
      return { kind: 'encoded', name, text, argument: output.argument, state };
    }
    const { expression } = output;
    const means = output.meanPass === null ? [this.meanOfNode(expression)] : this.means.get(name)!.values();
    if (output.kind === 'number') return { kind: 'number', name, text, expression, nullAs: means[0]! };
    requireWidth(name, means.length, 'the array');
    return { kind: 'array', name, text, expression, nullAs: means };
  }

  private meanOfNode(expression: Expression): number {
    const node = this.plan.nodes.find(({ name }) => expression.kind === 'column' && name === expression.name);
    const mean = node?.learning.accumulator.outputMean?.() ?? 0;
    return Number.isFinite(mean) ? mean + 0 : 0;
  }

  /** Nodes that are known now become computable; what can learn from them learns next. */
  private nextPass(): Pass {
    for (const node of this.plan.nodes) {
      if (node.pass === this.pass) this.fitted.set(node.name, fittedNode(node));
    }
    this.pass++;
    const learners = [...this.functionLearners(), ...this.meanLearners()];
    const kernel = compileColumnarKernel(learners.map(({ name, from }) => ({ name, expression: from })));
    return { learners, kernel, withNodes: compileNodes(this.nodesFor(learners)) };
  }

  /** Those of the known nodes that the learners read, directly or not. */
  private nodesFor(learners: readonly Learner[]): readonly FittedNode[] {
    const read = new Set(learners.flatMap(({ from }) => namesIn(from)));
    const known = this.plan.nodes.flatMap(({ name }) => this.fitted.get(name) ?? []);
    const needed: FittedNode[] = [];
    for (const node of known.toReversed()) {
      if (!read.has(node.name)) continue;
      for (const name of namesIn(node.argument)) read.add(name);
      needed.unshift(node);
    }
    return needed;
  }

  private functionLearners(): readonly Learner[] {
    const encoded = this.plan.outputs.filter((output) => output.kind === 'encoded');
    return [...this.plan.nodes, ...encoded]
      .filter(({ isAnalytic, pass }) => isAnalytic && pass === this.pass)
      .map(({ name, learning }) => this.functionLearner(name, learning));
  }

  private functionLearner(name: string, { accumulator, from, imputer }: Learning): Learner {
    const named = { name: `learns ${name}`, from };
    if (imputer === null) return { ...named, learner: accumulator };
    const source = this.plan.nodes.find((node) => node.name === imputer)!;
    const learner = new ImputedLearner(accumulator);
    return { ...named, learner, fill: () => learner.fill(source.learning.accumulator.state()) };
  }

  private meanLearners(): readonly Learner[] {
    return this.plan.outputs.flatMap((output) => {
      if (output.kind === 'encoded' || output.meanPass !== this.pass) return [];
      const { name, expression } = output;
      return [{ name: `mean ${name}`, from: expression, learner: this.means.get(name)! }];
    });
  }
}

type Pass = {
  readonly withNodes: NodeKernel;
  readonly kernel: ColumnarKernel;
  readonly learners: readonly Learner[];
};

type Learner = {
  readonly name: string;
  readonly from: Expression;
  readonly learner: ChunkLearner;
  /** What is left to do when all rows of the pass were seen. */
  readonly fill?: () => void;
};

function meanLearner({ kind, name }: PlannedOutput): MeanLearner {
  return kind === 'array' ? new ArrayMeans(name) : new NumberMean();
}

function fittedNode({ name, stage, type, argument, learning }: PlannedNode): FittedNode {
  return { name, stage, type, argument, state: learning.accumulator.state() };
}

/** Of one output: 10,000 rows of so many numbers are 400 MB already. */
const MAX_SLOTS_AN_OUTPUT = 10_000;

function requireWidth(name: string, slots: number, what: string): void {
  if (slots <= MAX_SLOTS_AN_OUTPUT) return;
  const remedy =
    what === 'the array'
      ? 'take fewer elements'
      : 'lower top_k, raise frequency_threshold, or take one index by LABEL_ENCODER or HASH_BUCKETIZE';
  throw new PlumblineError(
    'TRAINING_FAILED',
    `${what} makes ${slots} model inputs of transform output "${name}"; ${MAX_SLOTS_AN_OUTPUT} are the limit: ${remedy}`,
    { output: name, slots, limit: MAX_SLOTS_AN_OUTPUT },
  );
}
