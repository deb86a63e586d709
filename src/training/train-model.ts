import { TransformFitting } from '../compile/fit-transform.js';
import type { FittedTransform } from '../compile/fitted-transform.js';
import type { ModelInput } from '../compile/model.js';
import { taskOf } from '../compile/model-trainer.js';
import { compileTransform } from '../compile/transform.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { namesIn } from '../definition/expression.js';
import { architectureOf } from '../model/architecture.js';
import { asOfColumn } from '../model/as-of.js';
import type { SplitMetrics } from '../model/metrics.js';
import type { Examples, ModelRuntime } from '../model/runtime.js';
import { classWeightsOf, rowWeights } from './class-weights.js';
import { fitPostprocess } from './fit-postprocess.js';
import { LabelReader } from './labels.js';
import { measureSplit, type ScoredSplit, scoreSplit } from './scored-split.js';
import { type LabelledInputs, SplitRows } from './split-rows.js';
import { fitTargets, type Targets } from './targets.js';
import type { TrainedModel, TrainingPlan, TrainingProgress } from './trainer.js';

/** The columns of a training frame that a model reads, in the order of its declarations, the time column first. */
export function columnsRead(plan: TrainingPlan): readonly ModelInput[] {
  const names = new Set(
    [plan.label.expression, ...plan.transform.map((output) => output.expression)].flatMap(namesIn),
  );
  const read = [...plan.transformInputs, ...plan.label.columns].filter(({ name }) => names.has(name));
  const time: ModelInput = { name: plan.query.time, type: 'TIMESTAMP' };
  return [time, ...read.filter(({ name }) => name !== plan.query.time)];
}

/** One training run: `add` takes the rows of the training set, `finish` fits, trains and measures. Blocks its thread. */
export class ModelTraining {
  private readonly training = new SplitRows('training');
  private readonly validation = new SplitRows('validation');
  private readonly evaluation = new SplitRows('evaluation');
  private readonly labels: LabelReader;

  constructor(
    private readonly plan: TrainingPlan,
    private readonly runtime: ModelRuntime,
  ) {
    this.labels = new LabelReader(plan.label.expression, taskOf(plan.trainer));
  }

  /** Adds rows to their splits; those whose label is NULL are left out. Throws TRAINING_FAILED for impossible labels. */
  add(batch: ColumnBatch): void {
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
    const { trainer } = this.plan;
    const targets = fitTargets(this.plan, this.labels.classes, this.splits);
    const steps = trainer.epochs + STEPS_BESIDE_EPOCHS;
    const fitted = this.fit();
    progress(1, steps);
    const transform = compileTransform(fitted);
    const architecture = architectureOf(trainer, transform.slots, targets.outputs);
    const inputs = this.training.gather(transform);
    const validating = this.validates ? this.validation.gather(transform) : null;
    const examples = this.examplesBy(targets, targets.of(inputs.labels));
    progress(2, steps);
    const { weights, ...epochs } = await this.runtime.train({
      trainer,
      architecture,
      training: examples(inputs),
      validation: validating === null ? null : examples(validating),
      onEpoch: (epoch) => progress(2 + epoch, steps),
    });
    const predictor = await this.runtime.load(architecture, weights);
    const scored = (parts: Iterable<LabelledInputs>): ScoredSplit => scoreSplit(predictor, parts, targets);
    const validated = validating === null ? null : scored([validating]);
    const postprocess = fitPostprocess(this.plan.postprocess, targets, validated);
    const measured = (split: ScoredSplit): SplitMetrics => measureSplit(postprocess, split);
    const metrics = {
      training: measured(scored([inputs])),
      ...(validated !== null && { validation: measured(validated) }),
      evaluation: measured(scored(this.evaluation.takeInputs(transform))),
    };
    predictor.close();
    progress(steps, steps);
    return { fitted, weights, epochs, postprocess, metrics, runtime: await this.runtime.describe() };
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

  private examplesBy(targets: Targets, training: Float32Array): (rows: LabelledInputs) => Examples {
    const weights = classWeightsOf(this.plan.trainer, targets, training);
    return ({ inputs, labels }) => {
      const wanted = targets.of(labels);
      return { inputs, targets: wanted, weights: rowWeights(weights, wanted) };
    };
  }

  private fit(): FittedTransform {
    const fitting = new TransformFitting(this.plan.transform, this.plan.transformInputs);
    while (!fitting.done) {
      for (const { batch, asOf } of this.training.chunks) fitting.add(batch, asOf);
      fitting.finishPass();
    }
    return fitting.result();
  }
}

/** Fitting, applying the transform, measuring. */
const STEPS_BESIDE_EPOCHS = 3;
