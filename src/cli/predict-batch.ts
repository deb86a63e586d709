import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import type { CommandOptions, CommandResult } from './command.js';

/** Predicts every row of a Parquet frame by the latest version of a model, into a Parquet file. */
export async function predictBatch(options: CommandOptions): Promise<CommandResult> {
  const { url, project, model, frame, out, json } = options;
  if (model === undefined || frame === undefined || out === undefined) {
    throw new Error(
      'name the model with --model, its Parquet frame with --frame, and the file to write with --out',
    );
  }
  const client = new PlumblineClient({ baseUrl: url, project, longDeadlineMs: LONGEST_MS });
  const job = await client.models.startBatchPrediction(model, { kind: 'parquet', path: frame });
  let said = -1;
  const result = await client.waitForJob(job, ({ progress: { done, total } }) => {
    const percent = total === 0 ? 0 : Math.floor((10 * done) / total) * 10;
    if (percent > said && !json) console.log(`${model}: ${percent} %`);
    said = Math.max(said, percent);
  });
  await client.models.batchToFile(job, out);
  if (!json) console.log(`${model} version ${result.version}: ${result.rows} rows in ${out}`);
  return result;
}

/** Longer than any frame takes. */
const LONGEST_MS = 86_400_000;
