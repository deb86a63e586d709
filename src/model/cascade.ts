import { predictionName } from '../compile/model-cascade.js';
import type { Column, ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import type { TrainingSetQuery } from './manifest.js';

/** AS_OF() of each row in microseconds, and how it follows from T of the rows: by the boundary of whoever reads them (S14). */
export type TimeOfRows = {
  readonly asOf: BigInt64Array;
  readonly boundary: TrainingSetQuery['boundary'];
};

/** Another model whose predictions a transform reads as `<alias>__<output>`. */
export type CascadeInput = {
  readonly alias: string;
  /** Of the other model's outputs, those that the transform may read. */
  readonly outputs: readonly string[];
  /** The other model; it reads the very rows that this one is given. */
  readonly scorer: {
    scoreInTime(rows: ColumnBatch, time: TimeOfRows): Promise<ColumnBatch>;
  };
};

/** Adds what other models predict for rows, each as it could be known at T of its row. */
export async function withPredictions(
  cascade: readonly CascadeInput[],
  rows: ColumnBatch,
  time: TimeOfRows | undefined,
): Promise<ColumnBatch> {
  if (cascade.length === 0) return rows;
  if (time === undefined)
    throw new PlumblineError('INTERNAL', 'predictions of other models need T of each row');
  const added = new Map<string, Column>();
  for (const { alias, outputs, scorer } of cascade) {
    const { columns } = await scorer.scoreInTime(rows, time);
    for (const output of outputs) added.set(predictionName(alias, output), columns.get(output)!);
  }
  return { ...rows, columns: new Map([...rows.columns, ...added]) };
}
