import { TfjsRuntime } from '../../src/model/adapter/tfjs.js';
import { ModelBundles } from '../../src/model/bundle.js';
import { LoadedModels } from '../../src/model/loaded-models.js';
import { flightRows } from './flight-rows.js';

// A process of its own: loads a saved model and prints the bytes of its vectors and predictions in hexadecimal.
const models = new LoadedModels(new ModelBundles(process.argv[2]!), new TfjsRuntime(), async () => undefined);
const rows = flightRows(0, 300);
const asOf = rows.columns.get('as_of')!.values as BigInt64Array;
await models.with({ project: 'demo', model: 'delay', version: 1 }, ({ transform, predictor }) => {
  const values = transform.apply(rows, asOf);
  const predictions = predictor.predict({ rows: rows.rowCount, width: transform.width, values });
  for (const part of [values, predictions]) process.stdout.write(Buffer.from(part.buffer).toString('hex'));
});
