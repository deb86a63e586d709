import { TfjsRuntime } from '../../src/model/adapter/tfjs.js';
import { ModelBundles } from '../../src/model/bundle.js';
import { LoadedModels } from '../../src/model/loaded-models.js';
import { flightRows } from './flight-rows.js';

// A process of its own: loads a saved model and prints the bytes of its vectors and predictions in hexadecimal.
const models = new LoadedModels(new ModelBundles(process.argv[2]!), new TfjsRuntime(), async () => undefined);
const rows = flightRows(0, 300);
const asOf = rows.columns.get('as_of')!.values as BigInt64Array;
await models.with({ project: 'demo', model: 'delay', version: 1 }, async ({ scorer }) => {
  const { vectors, outputs } = await scorer.score(rows, asOf);
  const probabilities = outputs.columns.get('probability')!.values as Float64Array;
  for (const part of [vectors.values, probabilities])
    process.stdout.write(Buffer.from(part.buffer).toString('hex'));
});
