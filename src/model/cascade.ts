import { predictionName } from '../compile/model-cascade.js';
import type { Column, ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';

/** Another model whose predictions a transform reads as `<alias>__<output>`. */
export type CascadeInput = {
  readonly alias: string;
  /** Of the other model's outputs, those that the transform may read. */
  readonly outputs: readonly string[];
  /** The other model; it reads the very rows that this one is given. */
  readonly scorer: {
    scoreInTime(rows: ColumnBatch, asOf: BigInt64Array): ColumnBatch;
  };
};

/** Adds what other models predict for rows, each as it could be known at T of its row. */
export function withPredictions(
  cascade: readonly CascadeInput[],
  rows: ColumnBatch,
  asOf: BigInt64Array | undefined,
): ColumnBatch {
  if (cascade.length === 0) return rows;
  if (asOf === undefined)
    throw new PlumblineError('INTERNAL', 'predictions of other models need T of each row');
  const added = cascade.flatMap(({ alias, outputs, scorer }): [string, Column][] => {
    const { columns } = scorer.scoreInTime(rows, asOf);
    return outputs.map((output) => [predictionName(alias, output), columns.get(output)!]);
  });
  return { ...rows, columns: new Map([...rows.columns, ...added]) };
}
