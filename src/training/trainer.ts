import type { FittedTransform } from '../compile/fitted-transform.js';
import type { CompiledModel } from '../compile/model.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import type { ModelWeights, RuntimeDescription } from '../model/runtime.js';
import type { Metrics } from './metrics.js';

/** What a training run needs to know: plain data, so that it can cross to another thread. */
export type TrainingPlan = Pick<
  CompiledModel,
  'transform' | 'transformInputs' | 'label' | 'evaluateFromUs' | 'trainer'
> & {
  /** TIMESTAMP column of the rows: T of each. */
  readonly timeColumn: string;
  /** `exclusive`: features are as of T − 1 µs, and so is AS_OF() (S14). */
  readonly boundary: 'inclusive' | 'exclusive';
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
    progress: TrainingProgress,
  ): Promise<TrainedModel>;
}

export const TRAINER = Symbol('Trainer');
