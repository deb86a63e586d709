import type { FittedTransform } from '../compile/fitted-transform.js';
import type { CompiledModel } from '../compile/model.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import type { Metrics, TrainingSetQuery } from '../model/manifest.js';
import type { ModelWeights, RuntimeDescription } from '../model/runtime.js';

/** What a training run needs to know: plain data, so that it can cross to another thread. */
export type TrainingPlan = Pick<
  CompiledModel,
  'transform' | 'transformInputs' | 'label' | 'evaluateFromUs' | 'trainer'
> & {
  /** Where T of each row stands, and how AS_OF() follows from it. */
  readonly query: TrainingSetQuery;
};

/** What a training run makes. */
export type TrainedModel = {
  readonly fitted: FittedTransform;
  readonly weights: ModelWeights;
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
   * Fits the transform on the training split alone (S24), trains, and measures both splits. `batches` are the rows of the
   * training set in order, with the columns of {@link columnsRead}. Throws TRAINING_FAILED when a split is empty or
   * holds one class only, or when a label is neither 0 nor 1.
   */
  train(
    plan: TrainingPlan,
    batches: AsyncIterable<ColumnBatch>,
    control: TrainingControl,
  ): Promise<TrainedModel>;
}

export const TRAINER = Symbol('Trainer');
