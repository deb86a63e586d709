import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { type Expression, namesIn } from '../definition/expression.js';
import type { Accumulator } from './fitted/accumulator.js';
import type { MeanLearner } from './fitted/output-means.js';
import { type FittedNode, type FittedOutput, type FittedTransform, namesRead } from './fitted-transform.js';
import { FittingPart, type Pass, passOf } from './fitting-part.js';
import type { ModelInput } from './model.js';
import { compileEncoder, compileNodes } from './transform.js';
import type { TransformOutput } from './transform-output.js';
import {
  type PlannedFunction,
  type PlannedNode,
  type PlannedOutput,
  planTransform,
  type TransformPlan,
} from './transform-plan.js';

/**
 * Fits a transform over the training split (S24), in one pass over its rows unless functions that learn stand within one
 * another; an IMPUTER within another costs no pass, because what it puts in place of NULL is added to that one's counts.
 * What replaces NULL in an output comes from the same pass, too, where the output is no function of what is learnt, or is
 * an affine one as a whole. In every pass all rows are added, in chunks of any size and order, here or to parts of the pass
 * that are merged; the result does not depend on that (S22). Call `add` … `finishPass` until `done`, then `result`.
 */
export class TransformFitting {
  private readonly plan: TransformPlan;
  /** Of every function that learns nothing or whose pass is finished. */
  private readonly accumulators = new Map<string, Accumulator>();
  /** Of every output whose pass is finished. */
  private readonly means = new Map<string, MeanLearner>();
  private readonly fitted = new Map<string, FittedNode>();
  private finished = 0;
  private pass: Pass;
  private rows: FittingPart;

  constructor(
    outputs: readonly TransformOutput[],
    private readonly inputs: readonly ModelInput[],
  ) {
    this.plan = planTransform(outputs);
    for (const { name, isAnalytic, learning } of this.functions()) {
      if (!isAnalytic) this.accumulators.set(name, learning.learn());
    }
    this.pass = this.nextPass();
    this.rows = new FittingPart(this.pass);
  }

  /** Whether every pass is finished. */
  get done(): boolean {
    return this.finished >= this.plan.passes;
  }

  /** As {@link FittingPart.add}. */
  add(batch: ColumnBatch, asOf: BigInt64Array): void {
    this.rows.add(batch, asOf);
  }

  /**
   * An empty part of this pass, which knows what all parts of the passes before it learnt together; `merge` takes its rows
   * in before the pass is finished.
   */
  part(): FittingPart {
    return new FittingPart(this.pass);
  }

  /** Adds the rows of a part of this pass. Throws a TypeError for a part of another pass or fitting, or merged before. */
  merge(part: FittingPart): void {
    this.rows.merge(part);
  }

  /** Ends a pass over all rows. */
  finishPass(): void {
    const { functions, means } = this.rows;
    for (const [name, { accumulator }] of functions) this.accumulators.set(name, accumulator);
    for (const { name, learning } of this.pass.functions) {
      if (learning.imputer !== null) functions.get(name)!.fill(this.accumulator(learning.imputer).state());
    }
    for (const [name, mean] of means) this.means.set(name, mean);
    this.finished++;
    this.pass = this.nextPass();
    this.rows = new FittingPart(this.pass);
  }

  /** The fitted transform, once {@link done}. Throws TRAINING_FAILED when an output has too many slots. */
  result(): FittedTransform {
    const { nodes, outputs } = this.plan;
    const read = new Set([
      ...nodes.flatMap(namesRead),
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
      const state = this.accumulator(name).state();
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
    const mean = expression.kind === 'column' ? (this.accumulator(expression.name).outputMean?.() ?? 0) : 0;
    return Number.isFinite(mean) ? mean + 0 : 0;
  }

  private accumulator(name: string): Accumulator {
    return this.accumulators.get(name)!;
  }

  /** Nodes that are known now become computable; what can learn from them learns next. */
  private nextPass(): Pass {
    for (const node of this.plan.nodes) {
      if (node.pass === this.finished) this.fitted.set(node.name, this.fittedNode(node));
    }
    const pass = this.finished + 1;
    const functions = this.functions().filter((each) => each.isAnalytic && each.pass === pass);
    const means = this.plan.outputs.flatMap((output) =>
      output.kind !== 'encoded' && output.meanPass === pass ? [output] : [],
    );
    const read = [
      ...functions.flatMap(({ learning, by }) => (by === null ? [learning.from] : [learning.from, by])),
      ...means.map(({ expression }) => expression),
    ];
    return passOf(functions, means, compileNodes(this.nodesFor(read)));
  }

  /** Those of the known nodes that expressions read, directly or not. */
  private nodesFor(expressions: readonly Expression[]): readonly FittedNode[] {
    const read = new Set(expressions.flatMap(namesIn));
    const known = this.plan.nodes.flatMap(({ name }) => this.fitted.get(name) ?? []);
    const needed: FittedNode[] = [];
    for (const node of known.toReversed()) {
      if (!read.has(node.name)) continue;
      for (const name of namesRead(node)) read.add(name);
      needed.unshift(node);
    }
    return needed;
  }

  private functions(): readonly PlannedFunction[] {
    return [...this.plan.nodes, ...this.plan.outputs.filter((output) => output.kind === 'encoded')];
  }

  private fittedNode({ name, stage, type, argument, by }: PlannedNode): FittedNode {
    const state = this.accumulator(name).state();
    return { name, stage, type, argument, ...(by !== null && { by }), state };
  }
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
