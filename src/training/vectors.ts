import type { ColumnBatch } from '../definition/column-batch.js';
import type { LoadedModel, LoadedModels, ModelVersionRef } from '../model/loaded-models.js';
import { modelRows } from '../model/model-rows.js';
import type { Matrix } from '../model/runtime.js';

/** The model inputs of some rows and what the model makes of them. */
export type VectorRows = { readonly vectors: Matrix; readonly predictions: Float32Array };

/** Model inputs for frames that hold features already: by the transform and the weights that predictions use (S24). */
export class Vectors {
  constructor(private readonly models: LoadedModels) {}

  /**
   * The vectors and predictions of every row, in order, some rows at a time, handed to `write` as an iterable. AS_OF() is
   * the time column of the training set. Throws NOT_FOUND, and INVALID_FRAME for a column that is missing or of another type.
   */
  async compute(
    ref: ModelVersionRef,
    frame: AsyncIterable<ColumnBatch>,
    write: (rows: AsyncIterable<VectorRows>, width: number) => Promise<void>,
  ): Promise<void> {
    return this.models.with(ref, (model) => write(vectorRows(model, frame), model.transform.width));
  }
}

async function* vectorRows(model: LoadedModel, frame: AsyncIterable<ColumnBatch>): AsyncIterable<VectorRows> {
  const { transform, predictor } = model;
  for await (const { inputs, asOf } of modelRows(model, frame)) {
    const vectors = { rows: inputs.rowCount, width: transform.width, values: transform.apply(inputs, asOf) };
    yield { vectors, predictions: predictor.predict(vectors) };
  }
}
