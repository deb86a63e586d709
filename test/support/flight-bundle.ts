import { TfjsRuntime } from '../../src/model/adapter/tfjs.js';
import type { ModelBundle } from '../../src/model/bundle.js';
import type { ModelVersionRef } from '../../src/model/loaded-models.js';
import { ModelTraining } from '../../src/training/train-model.js';
import { bundleOf, manifestOf } from '../../src/training/trained-manifest.js';
import { flightModel } from './flight-model.js';
import { flightPlan, flightRows, TRAINING_ROWS } from './flight-rows.js';

/** The flight model, trained on the flight rows; `changes` replace members of its definition. */
export async function flightBundle(
  { project, model, version }: ModelVersionRef,
  changes: Parameters<typeof flightModel>[0] = {},
): Promise<ModelBundle> {
  const training = new ModelTraining(flightPlan(changes), new TfjsRuntime());
  training.add(flightRows(0, TRAINING_ROWS + 200));
  const trained = await training.finish(() => undefined);
  const { query } = flightPlan();
  const { knowledge, boundary } = query;
  const rows = TRAINING_ROWS + 200;
  const counts = { leakCount: 0, assumedCreatedTimes: 0, uncertain: 0, immature: 0 };
  const report = { rows, knowledge, boundary, ...counts, snapshot: {}, plan: {} };
  const set = { id: 'none', rows, contentHash: '', query, report };
  const run = { project, model: flightModel(changes), set };
  const createdAt = '2013-12-01T00:00:00Z';
  const surroundings = { plumbline: '0.1.0', node: '24.0.0', hardware: 'a test' };
  const manifest = manifestOf(run, { trained, cascade: [] }, { version, createdAt, surroundings });
  return bundleOf({ ...manifest, model }, trained);
}
