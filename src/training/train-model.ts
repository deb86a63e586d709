import type { ModelInput } from '../compile/model.js';
import { type CompiledCascade, cascadeColumns } from '../compile/model-cascade.js';
import { taskOf } from '../compile/model-trainer.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { namesIn } from '../definition/expression.js';
import { asOfColumn } from '../model/as-of.js';
import type { Metrics, SplitMetrics } from '../model/metrics.js';
import type { ModelRuntime } from '../model/runtime.js';
import { fitModel, type ReadyModel } from './fit-model.js';
import { blockEdges, timesOf } from './fold-blocks.js';
import { LabelReader } from './labels.js';
import { measureSplit, type ScoredSplit, scoreSplit } from './scored-split.js';
import { type LabelledInputs, SplitRows } from './split-rows.js';
import { fitTargets, type Targets } from './targets.js';
import { trainFolds } from './train-folds.js';
import type { TrainedModel, TrainingPlan, TrainingProgress } from './trainer.js';
import { HeldRows } from './training-size.js';

/**
 * The columns of a training frame that a model reads, in the order of its declarations, the time column first; not what it reads
 * of other models.
 */
export function columnsRead(
  plan: TrainingPlan,
  cascade: readonly CompiledCascade[] = [],
): readonly ModelInput[] {
  const predicted = new Set(cascadeColumns(cascade).map(({ name }) => name));
  const names = new Set(
    [plan.label.expression, ...plan.transform.map((output) => output.expression)].flatMap(namesIn),
  );
  const read = [...plan.transformInputs, ...plan.label.columns].filter(
    ({ name }) => names.has(name) && !predicted.has(name),
  );
  const time: ModelInput = { name: plan.query.time, type: 'TIMESTAMP' };
  return [time, ...read.filter(({ name }) => name !== plan.query.time)];
}

/** One training run: `add` takes the rows of the training set, `finish` fits, trains and measures. Blocks its thread. */
export class ModelTraining {
  private readonly training = new SplitRows('training');
  private readonly validation = new SplitRows('validation');
  private readonly evaluation = new SplitRows('evaluation');
  private readonly labels: LabelReader;
  private readonly held = new HeldRows();

  constructor(
    private readonly plan: TrainingPlan,
    private readonly runtime: ModelRuntime,
  ) {
    this.labels = new LabelReader(plan.label.expression, taskOf(plan.trainer));
  }

  /** Adds rows to their splits; those whose label is NULL are left out. Throws TRAINING_FAILED for impossible labels, and for too many rows. */
  add(batch: ColumnBatch): void {
    this.held.add(batch);
    const asOf = asOfColumn(this.plan.query, batch);
    const labels = this.labels.read(batch, asOf);
    const chosen = new Map<SplitRows, number[]>(this.splits.map((split) => [split, []]));
    for (let row = 0; row < batch.rowCount; row++) {
      if (!Number.isNaN(labels[row]!)) chosen.get(this.splitAt(asOf[row]!))!.push(row);
    }
    for (const [split, rows] of chosen) split.add({ batch, asOf, labels }, rows);
  }

  /** Throws TRAINING_FAILED when a split has no rows, or classes and one of them only. */
  async finish(progress: TrainingProgress): Promise<TrainedModel> {
    const { plan, runtime } = this;
    const { epochs } = plan.trainer;
    const targets = fitTargets(plan, this.labels.classes, this.splits);
    const rows = { training: this.training, validation: this.validates ? this.validation : null };
    const edges = plan.folds === null ? [] : blockEdges(timesOf(this.splits.slice(0, -1)), plan.folds.count);
    const before = edges.length * epochs;
    const steps = before + epochs + STEPS_BESIDE_EPOCHS;
    const { classes } = targets;
    const foldRequest = { plan, runtime, rows, edges, seen: this.labels.classes, classes };
    const folds = await trainFolds({ ...foldRequest, onEpoch: (epoch) => progress(epoch, steps) });
    const onStep = (step: number): void => progress(before + 1 + step, steps);
    const ready = await fitModel({ plan, runtime, rows, targets, onStep });
    const metrics = await this.measure(ready, targets).finally(() => ready.predictor.close());
    progress(steps, steps);
    return { ...ready.model, folds, metrics, runtime: await runtime.describe(plan.trainer.kind) };
  }

  private async measure(
    { model, transform, predictor, inputs, validated }: ReadyModel,
    targets: Targets,
  ): Promise<Metrics> {
    const measured = (split: ScoredSplit): SplitMetrics => measureSplit(model.postprocess, split);
    const scored = async (parts: Iterable<LabelledInputs>): Promise<SplitMetrics> =>
      measured(await scoreSplit(predictor, parts, targets));
    return {
      training: await scored([inputs]),
      ...(validated !== null && { validation: measured(validated) }),
      evaluation: await scored(this.evaluation.takeInputs(transform)),
    };
  }

  /** The splits there are, the training split first. */
  private get splits(): readonly SplitRows[] {
    return [this.training, ...(this.validates ? [this.validation] : []), this.evaluation];
  }

  private get validates(): boolean {
    return this.plan.validateFromUs !== null;
  }

  private splitAt(us: bigint): SplitRows {
    const { validateFromUs, evaluateFromUs } = this.plan;
    if (us >= evaluateFromUs) return this.evaluation;
    return validateFromUs !== null && us >= validateFromUs ? this.validation : this.training;
  }
}

/** Fitting, applying the transform, measuring. */
const STEPS_BESIDE_EPOCHS = 3;
