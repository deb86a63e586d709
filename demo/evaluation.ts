import { basename, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { PlumblineClient } from '../sdk/typescript/src/client.js';
import { sqlText } from './duckdb.js';
import { LATE_MINUTES } from './frame.js';
import { OUT } from './paths.js';
import type { Scored } from './score.js';

/** A trained model that is put to the test. */
export type Candidate = { readonly model: string; readonly version: number };

/** Predicts every row of a frame file, from the features of its time, and puts the predictions beside its outcomes. */
export async function scoreFrame(
  client: PlumblineClient,
  connection: DuckDBConnection,
  { model, version }: Candidate,
  framePath: string,
): Promise<Scored> {
  const job = await client.models.startBatchPrediction(
    model,
    { kind: 'parquet', path: framePath },
    { version, time: 'as_of' },
  );
  await client.waitForJob(job);
  const predictions = join(OUT, `${model}-on-${basename(framePath)}`);
  await client.models.batchToFile(job, predictions);
  const reader = await connection.runAndReadAll(`
    SELECT p.probability, (f.arr_delay >= ${LATE_MINUTES})::UTINYINT AS late
    FROM read_parquet(${sqlText(predictions)}) p
    JOIN read_parquet(${sqlText(framePath)}) f ON f.flight_id = p.flight_id`);
  const [probabilities, labels] = reader.getColumns();
  return {
    labels: Uint8Array.from(labels as number[]),
    predictions: Float64Array.from(probabilities as number[]),
  };
}
