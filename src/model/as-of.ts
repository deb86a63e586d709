import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import type { TrainingSetQuery } from './manifest.js';

/** T of each row as AS_OF() sees it, microseconds. Throws INVALID_FRAME when it is missing, no TIMESTAMP or NULL (S16). */
export function asOfColumn(
  { time, boundary }: Pick<TrainingSetQuery, 'time' | 'boundary'>,
  batch: ColumnBatch,
): BigInt64Array {
  const column = batch.columns.get(time);
  if (column?.type !== 'TIMESTAMP') throw refusal(time, 'must be a TIMESTAMP column of the frame');
  if (column.valid?.includes(0)) throw refusal(time, 'has a NULL; every row needs its time');
  const times = column.values as BigInt64Array;
  return boundary === 'inclusive' ? times : times.map((each) => each - 1n);
}

function refusal(column: string, message: string): PlumblineError {
  return new PlumblineError('INVALID_FRAME', `column "${column}" ${message}`, { path: column });
}
