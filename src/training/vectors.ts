import type { ColumnBatch } from '../definition/column-batch.js';
import type { LoadedModel, LoadedModels, ModelVersionRef } from '../model/loaded-models.js';
import { modelRows } from '../model/model-rows.js';
import type { Scored, Scorer } from '../model/scorer.js';

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
    write: (rows: AsyncIterable<Scored>, scorer: Scorer) => Promise<void>,
  ): Promise<void> {
    return this.models.with(ref, (model) => write(scoredRows(model, frame), model.scorer));
  }
}

async function* scoredRows(model: LoadedModel, frame: AsyncIterable<ColumnBatch>): AsyncIterable<Scored> {
  for await (const { inputs, asOf } of modelRows(model, frame)) yield await model.scorer.score(inputs, asOf);
}
