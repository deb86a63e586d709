import type { TrainerDocument } from '../definition/document.js';

/** `rows` rows of `width` float32 numbers, row after row. */
export type Matrix = {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
};

/** What a trained model is made of; the names and their order belong to the trainer that made them. */
export type ModelWeights = readonly WeightTensor[];

export type WeightTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
};

/** Model inputs and their labels, 0 or 1. */
export type Examples = { readonly inputs: Matrix; readonly labels: Uint8Array };

/** What computes, for the record of a model version (S25). */
export type RuntimeDescription = {
  readonly backend: string;
  readonly libraries: Readonly<Record<string, string>>;
};

/** Trains models and computes predictions. The library behind it is loaded at the first call. */
export interface ModelRuntime {
  /** The backend in use, asserted and not only asked for. Throws INTERNAL when it does not start. */
  describe(): Promise<RuntimeDescription>;
  /**
   * Trains from zero: the same trainer and examples give the same weights, bit for bit, on the same backend.
   * `onEpoch` hears of each finished epoch, from 1. Blocks its thread: call it in a worker.
   */
  train(
    trainer: Required<TrainerDocument>,
    examples: Examples,
    onEpoch: (epoch: number) => void,
  ): Promise<ModelWeights>;
  /** Makes trained weights ready to predict; the caller closes the predictor. */
  load(kind: TrainerDocument['kind'], weights: ModelWeights): Promise<Predictor>;
}

export interface Predictor {
  /** One probability a row. A row's probability does not depend on the rows beside it. */
  predict(inputs: Matrix): Float32Array;
  close(): void;
}

export const MODEL_RUNTIME = Symbol('ModelRuntime');
