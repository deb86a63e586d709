import type { ModelInput } from '../compile/model.js';
import type { Transform } from '../compile/transform.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { type CascadeInput, type TimeOfRows, withPredictions } from './cascade.js';
import { choosePlaces, inPlaces } from './in-time.js';
import { outputsOf, type PostprocessState, postprocess } from './postprocess.js';
import type { Matrix, Predictor } from './runtime.js';

/** The model inputs of some rows and what the model makes of them. */
export type Scored = {
  readonly vectors: Matrix;
  /** The columns of {@link Scorer.outputs}, one row a row. */
  readonly outputs: ColumnBatch;
};

/** Transform, model and post-processing that belong together. */
export type ScoringParts = {
  readonly transform: Transform;
  readonly predictor: Predictor;
  readonly state: PostprocessState;
};

/** Models for the rows before evaluation: each of a block of time, trained by the rows of earlier blocks. */
export type ScoringFolds = {
  /** Microseconds: from here on the final model scores, all of whose labels were known by then. */
  readonly finalFromUs: bigint;
  /** How AS_OF() followed from T of the rows that were cut into blocks. */
  readonly boundary: TimeOfRows['boundary'];
  /** By time; a block ends where the next one begins, or where evaluation does. */
  readonly blocks: readonly (ScoringParts & { readonly fromUs: bigint })[];
};

/** What a version may have beside its final model. */
type Beside = {
  readonly cascade: readonly CascadeInput[];
  /** How AS_OF() followed from T of the rows that it was trained on. */
  readonly boundary: TimeOfRows['boundary'];
  readonly folds: ScoringFolds | null;
};

/**
 * One model version as everybody who predicts sees it: transform, model and post-processing as one thing, so that they
 * switch together (S24). Online prediction, batch jobs, vectors and models over models all go through it.
 */
export class Scorer {
  /** The columns of an answer, in order: `probability` and `label`, `probabilities` and `label`, or `prediction`. */
  readonly outputs: readonly ModelInput[];

  constructor(
    private readonly parts: ScoringParts,
    private readonly beside: Beside = { cascade: [], boundary: 'inclusive', folds: null },
  ) {
    this.outputs = outputsOf(parts.state);
  }

  /** From the columns to the model input; it sees what {@link Scorer.vectors} adds of other models. */
  get transform(): Transform {
    return this.parts.transform;
  }

  /** Whether it needs T of each row. */
  get readsAsOf(): boolean {
    return this.transform.readsAsOf || this.beside.cascade.length > 0;
  }

  /**
   * Scores rows that hold the columns of the version's raw schema; `asOf` is T of each in microseconds, needed where
   * {@link readsAsOf}. A row's outputs do not depend on the rows beside it. Throws PREDICTION_FAILED.
   */
  async score(rows: ColumnBatch, asOf?: BigInt64Array): Promise<Scored> {
    return scored(this.parts, await this.complete(rows, this.timeOf(asOf)), asOf);
  }

  /** The model inputs of such rows alone. */
  async vectors(rows: ColumnBatch, asOf?: BigInt64Array): Promise<Matrix> {
    return vectorsOf(this.transform, await this.complete(rows, this.timeOf(asOf)), asOf);
  }

  /**
   * The outputs as they could be known at T: by the final model from evaluation on, as soon as all labels that it learnt were
   * known; before it by the model of the rows before T's block, NULL in the first block. So no row is scored by a model that
   * was trained on it or on anything later. Throws INTERNAL for a version without folds.
   */
  async scoreInTime(rows: ColumnBatch, time: TimeOfRows): Promise<ColumnBatch> {
    const { folds } = this.beside;
    if (folds === null) throw new PlumblineError('INTERNAL', 'a model without folds cannot score in time');
    const { asOf } = time;
    const complete = await this.complete(rows, time);
    const places = choosePlaces(folds, time);
    return inPlaces(
      { rows: complete, asOf, places, outputs: this.outputs },
      async (place, part, times) => (await scored(folds.blocks[place] ?? this.parts, part, times)).outputs,
    );
  }

  /** Frees the weights. */
  close(): void {
    for (const { predictor } of this.all) predictor.close();
  }

  /** Whether one of its models never answers again. */
  get isOver(): boolean {
    return this.all.some(({ predictor }) => predictor.isOver);
  }

  private get all(): readonly ScoringParts[] {
    return [this.parts, ...(this.beside.folds?.blocks ?? [])];
  }

  private timeOf(asOf: BigInt64Array | undefined): TimeOfRows | undefined {
    return asOf && { asOf, boundary: this.beside.boundary };
  }

  private complete(rows: ColumnBatch, time: TimeOfRows | undefined): Promise<ColumnBatch> {
    return withPredictions(this.beside.cascade, rows, time);
  }
}

async function scored(
  { transform, predictor, state }: ScoringParts,
  rows: ColumnBatch,
  asOf: BigInt64Array | undefined,
): Promise<Scored> {
  const vectors = vectorsOf(transform, rows, asOf);
  const columns = postprocess(state, await predictor.predict(vectors));
  return { vectors, outputs: { rowCount: rows.rowCount, columns } };
}

function vectorsOf(transform: Transform, rows: ColumnBatch, asOf: BigInt64Array | undefined): Matrix {
  return { rows: rows.rowCount, width: transform.width, values: transform.apply(rows, asOf) };
}
