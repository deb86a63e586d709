import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Column, type ColumnBatch, finiteColumn } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import type { LoadedModel, LoadedModels, ModelVersionRef } from '../model/loaded-models.js';
import type { Matrix } from '../model/runtime.js';
import { asOfColumn } from './as-of.js';

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

/** Rows between two turns of the event loop: a few milliseconds of work. */
const ROWS_AT_ONCE = 2048;

async function* vectorRows(model: LoadedModel, frame: AsyncIterable<ColumnBatch>): AsyncIterable<VectorRows> {
  for await (const batch of frame) {
    const whole = requireInputs(model, batch);
    for (let from = 0; from === 0 || from < whole.rowCount; from += ROWS_AT_ONCE) {
      yield rowsOf(model, rowsBetween(whole, from, from + ROWS_AT_ONCE));
      await nextTurn();
    }
  }
}

function rowsOf({ transform, predictor, manifest }: LoadedModel, rows: ColumnBatch): VectorRows {
  const { query } = manifest.record.trainingSet;
  const asOf = transform.readsAsOf ? asOfColumn(query, rows) : undefined;
  const vectors = { rows: rows.rowCount, width: transform.width, values: transform.apply(rows, asOf) };
  return { vectors, predictions: predictor.predict(vectors) };
}

function requireInputs({ manifest }: LoadedModel, batch: ColumnBatch): ColumnBatch {
  const columns = new Map(batch.columns);
  for (const { name, type } of manifest.transform.inputs) {
    const column = batch.columns.get(name);
    if (column?.type !== type) {
      const found = column === undefined ? 'is missing' : `is ${column.type}`;
      const message = `column "${name}" ${found}; the model takes it as ${type}`;
      throw new PlumblineError('INVALID_FRAME', message, { path: name });
    }
    columns.set(name, finiteColumn(column));
  }
  return { rowCount: batch.rowCount, columns };
}

function rowsBetween(batch: ColumnBatch, from: number, to: number): ColumnBatch {
  const end = Math.min(to, batch.rowCount);
  const cut = ([name, column]: [string, Column]): [string, Column] => [
    name,
    {
      ...column,
      values: column.values.slice(from, end),
      valid: column.valid?.slice(from, end) ?? null,
    },
  ];
  return { rowCount: end - from, columns: new Map([...batch.columns].map(cut)) };
}
