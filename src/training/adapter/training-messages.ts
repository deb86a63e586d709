import type { ColumnBatch } from '../../definition/column-batch.js';
import type { ErrorCode, ErrorDetails } from '../../definition/error.js';
import type { TfBackend } from '../../platform/configuration.js';
import type { TrainedModel, TrainingPlan } from '../trainer.js';

/** What a training thread is begun with. */
export type TrainingThread = {
  readonly plan: TrainingPlan;
  readonly tfBackend: TfBackend;
  /** Where the files of models made elsewhere lie. */
  readonly onnxFolder: string;
};

/** What the service tells its training thread: rows, one message a batch, then that there are no more. */
export type ToTrainingThread =
  | { readonly kind: 'rows'; readonly batch: ColumnBatch }
  | { readonly kind: 'end' };

/** What the training thread answers: `ready` asks for the next message. */
export type FromTrainingThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'trained'; readonly model: TrainedModel }
  | {
      readonly kind: 'refused';
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: ErrorDetails;
    };
