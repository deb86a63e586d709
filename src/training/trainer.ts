import type { FittedTransform } from '../compile/fitted-transform.js';
import type { CompiledModel } from '../compile/model.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import type { TrainingSetQuery } from '../model/manifest.js';
import type { Metrics } from '../model/metrics.js';
import type { PostprocessState } from '../model/postprocess.js';
import type { RuntimeDescription, TrainedWeights } from '../model/runtime.js';

/** What a training run needs to know: plain data, so that it can cross to another thread. */
export type TrainingPlan = Pick<
  CompiledModel,
  | 'transform'
  | 'transformInputs'
  | 'label'
  | 'validateFromUs'
  | 'evaluateFromUs'
  | 'trainer'
  | 'folds'
  | 'postprocess'
> & {
  /** Where T of each row stands, and how AS_OF() follows from it. */
  readonly query: TrainingSetQuery;
};

/** Transform, model and post-processing that belong together. */
export type FittedModel = {
  readonly fitted: FittedTransform;
  readonly weights: TrainedWeights['weights'];
  readonly epochs: Omit<TrainedWeights, 'weights'>;
  readonly postprocess: PostprocessState;
};

/** A model of earlier rows, for the rows of a block of time. */
export type TrainedFold = FittedModel & {
  /** Microseconds: where its block begins; it ends where the next one begins, or evaluation. */
  readonly fromUs: bigint;
  /** Rows that trained it and validated it. */
  readonly rows: { readonly training: number; readonly validation: number };
};

/** What a training run makes. */
export type TrainedModel = FittedModel & {
  /** By time; empty where the plan has no folds. */
  readonly folds: readonly TrainedFold[];
  readonly metrics: Metrics;
  readonly runtime: RuntimeDescription;
};

/** Steps done of all steps of a training run. */
export type TrainingProgress = (done: number, total: number) => void;

/** Who watches a training run and may stop it. */
export type TrainingControl = {
  readonly progress: TrainingProgress;
  /** The run ends by throwing once this is aborted. */
  readonly signal: AbortSignal;
};

/** Trains models away from the event loop. */
export interface Trainer {
  /**
   * Fits the transform on the training split alone (S24), trains, fits post-processing on the validation split, and measures; before that, the
   * models of the plan's folds. `batches` are the rows of the training set in order, with the columns of {@link columnsRead}. Throws TRAINING_FAILED when a split is empty or
   * holds one class only, or when labels are not those of the task.
   */
  train(
    plan: TrainingPlan,
    batches: AsyncIterable<ColumnBatch>,
    control: TrainingControl,
  ): Promise<TrainedModel>;
}

export const TRAINER = Symbol('Trainer');
