import { TransformFitting } from '../compile/fit-transform.js';
import type { FittedTransform } from '../compile/fitted-transform.js';
import { scoreKindOf } from '../compile/model-trainer.js';
import { compileTransform, type Transform } from '../compile/transform.js';
import { architectureOf } from '../model/architecture.js';
import type { Examples, ModelRuntime, Predictor } from '../model/runtime.js';
import { classWeightsOf, rowWeights } from './class-weights.js';
import { fitPostprocess } from './fit-postprocess.js';
import type { FoldRows } from './fold-blocks.js';
import { type ScoredSplit, scoreSplit } from './scored-split.js';
import type { LabelledInputs, SplitRows } from './split-rows.js';
import type { Targets } from './targets.js';
import type { FittedModel, TrainingPlan } from './trainer.js';
import { requireTrainable } from './training-size.js';

/** What one model is made from. */
export type FitRequest = {
  readonly plan: TrainingPlan;
  readonly runtime: ModelRuntime;
  readonly rows: FoldRows;
  readonly targets: Targets;
  /** Hears that the transform is fitted (0), that it is applied (1), and of each finished epoch, from 2. */
  readonly onStep: (step: number) => void;
};

/** A model that was just made, ready to be measured; whoever asked for it closes the predictor. */
export type ReadyModel = {
  readonly model: FittedModel;
  readonly transform: Transform;
  readonly predictor: Predictor;
  readonly inputs: LabelledInputs;
  readonly validated: ScoredSplit | null;
};

/** Fits the transform on the rows that train, trains, and fits post-processing on those that validate; all are forgotten. */
export async function fitModel({ plan, runtime, rows, targets, onStep }: FitRequest): Promise<ReadyModel> {
  const { training, validation } = rows;
  const { trainer } = plan;
  const fitted = fitTransform(plan, training);
  onStep(0);
  const transform = compileTransform(fitted);
  const architecture = architectureOf(trainer, transform.slots, targets.outputs);
  const rowsHeld = training.rows + (validation?.rows ?? 0);
  requireTrainable(architecture, { rows: rowsHeld, batchSize: trainer.batchSize });
  const inputs = training.gather(transform);
  const validating = validation === null ? null : validation.gather(transform);
  const classWeights = classWeightsOf(trainer, targets, targets.of(inputs.labels));
  const examples = ({ inputs, labels }: LabelledInputs): Examples => {
    const wanted = targets.of(labels);
    return { inputs, targets: wanted, weights: rowWeights(classWeights, wanted) };
  };
  onStep(1);
  const { weights, ...epochs } = await runtime.train({
    trainer,
    architecture,
    training: examples(inputs),
    validation: validating === null ? null : examples(validating),
    onEpoch: (epoch) => onStep(1 + epoch),
  });
  const predictor = await runtime.load(architecture, weights);
  try {
    const validated = validating === null ? null : await scoreSplit(predictor, [validating], targets);
    const postprocess = fitPostprocess(plan.postprocess, targets, validated, scoreKindOf(plan.trainer));
    return { model: { fitted, weights, epochs, postprocess }, transform, predictor, inputs, validated };
  } catch (error) {
    predictor.close();
    throw error;
  }
}

function fitTransform({ transform, transformInputs }: TrainingPlan, training: SplitRows): FittedTransform {
  const fitting = new TransformFitting(transform, transformInputs);
  while (!fitting.done) {
    for (const { batch, asOf } of training.chunks) fitting.add(batch, asOf);
    fitting.finishPass();
  }
  return fitting.result();
}
