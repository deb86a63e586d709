import { fittedTransformJson } from '../../src/compile/fitted-transform.js';
import { compileTransform } from '../../src/compile/transform.js';
import { fingerprint } from '../../src/definition/canonical.js';
import { TfjsRuntime } from '../../src/model/adapter/tfjs.js';
import { type ModelBundle, weightsHash } from '../../src/model/bundle.js';
import type { ModelVersionRef } from '../../src/model/loaded-models.js';
import { ModelTraining } from '../../src/training/train-model.js';
import { FLIGHT_SERVICE, flightModel } from './flight-model.js';
import { flightPlan, flightRows, TRAINING_ROWS } from './flight-rows.js';

/** The flight model, trained on the flight rows. */
export async function flightBundle(ref: ModelVersionRef): Promise<ModelBundle> {
  const model = flightModel();
  const training = new ModelTraining(flightPlan(), new TfjsRuntime());
  training.add(flightRows(0, TRAINING_ROWS + 200));
  const { fitted, weights, metrics, runtime } = await training.finish(() => undefined);
  const transform = fittedTransformJson(fitted);
  return {
    manifest: {
      format: 1,
      ...ref,
      createdAt: '2013-12-01T00:00:00Z',
      signature: {
        inputs: model.inputs,
        features: FLIGHT_SERVICE.outputs,
        vector: compileTransform(fitted).slots.map(({ name }) => name),
      },
      transform,
      metrics,
      record: {
        definition: { name: model.name, version: 1 },
        featureService: { name: 'flights', version: 1 },
        featureSets: [{ alias: 'weather', name: 'weather', version: 1 }],
        trainingSet: {
          id: 'none',
          rows: TRAINING_ROWS + 200,
          contentHash: '',
          query: flightPlan().query,
          snapshot: {},
        },
        parameters: model.trainer,
        evaluateFrom: '2013-10-01T00:00:00Z',
        runtime,
        transformHash: fingerprint(transform),
        weightsHash: weightsHash(weights),
      },
      tensors: weights.map(({ name, shape }) => ({ name, shape })),
    },
    weights,
  };
}
