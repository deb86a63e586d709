/**
 * `node reload.js DATA_DIR PROJECT MODEL VERSION FRAME`: loads a saved model, makes the model input of every row of an Arrow
 * frame of features, and prints the float32 bits of each input followed by those of its probability, one line a row.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { finiteColumn } from '../../src/definition/column-batch.js';
import { TfjsRuntime } from '../../src/model/adapter/tfjs.js';
import { ModelBundles } from '../../src/model/bundle.js';
import { LoadedModels } from '../../src/model/loaded-models.js';
import { readArrow } from '../../src/offline/arrow-read.js';

const [dataDir, project, model, version, frame] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const bundles = new ModelBundles(join(dataDir, 'models'));
const models = new LoadedModels(bundles, new TfjsRuntime(), async () => undefined);

await models.with({ project, model, version: Number(version) }, async ({ scorer }) => {
  for await (const batch of readArrow(createReadStream(frame))) {
    const columns = new Map([...batch.columns].map(([name, column]) => [name, finiteColumn(column)]));
    const { vectors, outputs } = await scorer.score({ rowCount: batch.rowCount, columns });
    const probabilities = outputs.columns.get('probability')!.values as Float64Array;
    for (let row = 0; row < batch.rowCount; row++) {
      const { width, values } = vectors;
      const vector = Float32Array.from(values.subarray(row * width, (row + 1) * width));
      const bits = [vector, Float64Array.of(probabilities[row]!)].map(({ buffer }) => Buffer.from(buffer));
      process.stdout.write(`${Buffer.concat(bits).toString('hex')}\n`);
    }
  }
});
