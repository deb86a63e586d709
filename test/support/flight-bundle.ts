import { fittedTransformJson } from '../../src/compile/fitted-transform.js';
import { fingerprint } from '../../src/definition/canonical.js';
import { TfjsRuntime } from '../../src/model/adapter/tfjs.js';
import { type ModelBundle, weightsHash } from '../../src/model/bundle.js';
import type { ModelVersionRef } from '../../src/model/loaded-models.js';
import { MANIFEST_FORMAT, schemaOf } from '../../src/model/manifest-format.js';
import { ModelTraining } from '../../src/training/train-model.js';
import { FLIGHT_SERVICE, flightModel } from './flight-model.js';
import { flightPlan, flightRows, TRAINING_ROWS } from './flight-rows.js';

/** The flight model, trained on the flight rows; `changes` replace members of its definition. */
export async function flightBundle(
  ref: ModelVersionRef,
  changes: Parameters<typeof flightModel>[0] = {},
): Promise<ModelBundle> {
  const model = flightModel(changes);
  const training = new ModelTraining(flightPlan(changes), new TfjsRuntime());
  training.add(flightRows(0, TRAINING_ROWS + 200));
  const { fitted, weights, epochs, postprocess, metrics, runtime } = await training.finish(() => undefined);
  const transform = fittedTransformJson(fitted);
  const schema = schemaOf(transform);
  return {
    manifest: {
      format: MANIFEST_FORMAT,
      ...ref,
      createdAt: '2013-12-01T00:00:00Z',
      signature: {
        inputs: model.inputs,
        features: FLIGHT_SERVICE.outputs,
        vector: schema.transformed.map(({ name }) => name),
      },
      schema,
      transform,
      postprocess,
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
        epochs,
        evaluateFrom: '2013-10-01T00:00:00Z',
        runtime,
        surroundings: { plumbline: '0.1.0', node: '24.0.0', hardware: 'a test' },
        transformHash: fingerprint(transform),
        postprocessHash: fingerprint(postprocess),
        weightsHash: weightsHash(weights),
      },
      tensors: weights.map(({ name, shape }) => ({ name, shape })),
    },
    weights,
  };
}
