import type { ModelInput } from '../compile/model.js';
import type { Transform } from '../compile/transform.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { outputsOf, type PostprocessState, postprocess } from './postprocess.js';
import type { Matrix, Predictor } from './runtime.js';

/** The model inputs of some rows and what the model makes of them. */
export type Scored = {
  readonly vectors: Matrix;
  /** The columns of {@link Scorer.outputs}, one row a row. */
  readonly outputs: ColumnBatch;
};

/**
 * One model version as everybody who predicts sees it: transform, model and post-processing as one thing, so that they
 * switch together (S24). Online prediction, batch jobs, vectors and models over models all go through it.
 */
export class Scorer {
  /** The columns of an answer, in order: `probability` and `label`, `probabilities` and `label`, or `prediction`. */
  readonly outputs: readonly ModelInput[];

  constructor(
    readonly transform: Transform,
    private readonly predictor: Predictor,
    private readonly state: PostprocessState,
  ) {
    this.outputs = outputsOf(state);
  }

  /**
   * Scores rows that hold the columns of the fitted transform's inputs; `asOf` is T of each in microseconds, needed where
   * the transform reads AS_OF(). A row's outputs do not depend on the rows beside it. Throws PREDICTION_FAILED.
   */
  score(rows: ColumnBatch, asOf?: BigInt64Array): Scored {
    const { transform, predictor, state } = this;
    const vectors = { rows: rows.rowCount, width: transform.width, values: transform.apply(rows, asOf) };
    const columns = postprocess(state, predictor.predict(vectors));
    return { vectors, outputs: { rowCount: rows.rowCount, columns } };
  }

  /** Frees the weights. */
  close(): void {
    this.predictor.close();
  }
}
