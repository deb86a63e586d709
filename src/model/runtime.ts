import type { Trainer } from '../compile/model-trainer.js';
import type { TrainerKind } from '../definition/document.js';
import type { Architecture } from './architecture.js';

/** `rows` rows of `width` float32 numbers, row after row. */
export type Matrix = {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
};

/** What a trained model is made of; the names and their order belong to the runtime that made them. */
export type ModelWeights = readonly WeightTensor[];

export type WeightTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
};

/** Model inputs and what is to be learnt from each. */
export type Examples = {
  readonly inputs: Matrix;
  /**
   * One a row: 0 or 1 of two classes, the class's place of several (−1 for an unknown one, of weight 0), the scaled quantity
   * of a regression.
   */
  readonly targets: Float32Array;
  /** How much each row counts; null counts every row 1. */
  readonly weights: Float32Array | null;
};

/** What computes, for the record of a model version (S25). */
export type RuntimeDescription = {
  readonly backend: string;
  readonly libraries: Readonly<Record<string, string>>;
};

export type TrainingRun = {
  readonly trainer: Trainer;
  readonly architecture: Architecture;
  readonly training: Examples;
  /** Rows that decide when to stop; null where none do. */
  readonly validation: Examples | null;
  /** Hears of each finished epoch, from 1. */
  readonly onEpoch: (epoch: number) => void;
};

export type TrainedWeights = {
  readonly weights: ModelWeights;
  /** Epochs that ran. */
  readonly run: number;
  /** The epoch whose weights these are: the last one, or with early stopping the one of the least validation loss. */
  readonly best: number;
  /** The mean loss along the last epoch. */
  readonly loss: number;
};

/** Trains models and computes predictions. The library behind it is loaded at the first call. */
export interface ModelRuntime {
  /** The backend in use, asserted and not only asked for. Throws INTERNAL when it does not start. */
  describe(kind?: TrainerKind): Promise<RuntimeDescription>;
  /**
   * Trains from first weights that the seed decides: the same run gives the same weights, bit for bit, on the same backend.
   * Blocks its thread: call it in a worker. Throws TRAINING_FAILED when weights do not stay finite.
   */
  train(run: TrainingRun): Promise<TrainedWeights>;
  /** Makes trained weights ready to predict; the caller closes the predictor. */
  load(architecture: Architecture, weights: ModelWeights): Promise<Predictor>;
  /** What a model made elsewhere takes and gives, where the runtime has such. Throws INVALID_FILE. */
  inspect?(bytes: Uint8Array): Promise<ImportedModel>;
}

/** A model that was made elsewhere, as its file says. */
export type ImportedModel = {
  /** The name of its one input, float32 [rows, width]. */
  readonly input: string;
  /** Null where the file leaves it open. */
  readonly width: number | null;
  readonly outputs: readonly {
    readonly name: string;
    readonly type: string;
    /** Names are sizes that vary. */
    readonly shape: readonly (number | string)[];
  }[];
};

export interface Predictor {
  /**
   * The scores of each row, `architecture.outputs` of them: the logit of two classes, a logit a class of several, the scaled
   * quantity of a regression. A row's scores do not depend on the rows beside it. The event loop gets its turn while many
   * rows, or a large model, are computed. Throws UNAVAILABLE when {@link isOver}, or for more than it can hold at once.
   */
  predict(inputs: Matrix): Promise<Matrix>;
  /** Whether it never answers again, so that the model must be loaded anew. */
  readonly isOver: boolean;
  close(): void;
}

export const MODEL_RUNTIME = Symbol('ModelRuntime');
