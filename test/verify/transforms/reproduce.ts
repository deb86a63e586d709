import type { Document, ModelDocument } from '../../../src/definition/document.js';
import type { Check } from '../check.js';
import { replayModel } from '../replay-model.js';
import { onStage, prepareModel, type Stage } from '../replay-stage.js';

const SPAN = { from: '2013-07-08T04:00:00Z', to: '2013-07-15T04:00:00Z' } as const;

/** Three kinds of model, by the name of each. */
const TRAINERS: Readonly<Record<string, ModelDocument['trainer']>> = {
  replayed: { kind: 'logisticRegression', seed: 1, epochs: 2 },
  perceptron: { kind: 'multiLayerPerceptron', seed: 2, epochs: 2, hiddenLayers: [32, 16] },
  wide_and_deep: {
    kind: 'wideAndDeep',
    seed: 3,
    epochs: 2,
    hiddenLayers: [16],
    wide: ['hour'],
    embeddings: [{ output: 'origin_index', dimension: 3 }],
  },
};

/** Versions of three kinds, trained on a quarter of flights, are trained again from their records: the same hashes. */
export const reproduce: Check = {
  name: 'reproduce',
  bar: `${Object.keys(TRAINERS).length} kinds of model reproduce data, retrieval, transform, weights, post-processing and metrics`,
  defect: {
    file: 'src/model/seeded-random.js',
    find: 'let state = seed >>> 0',
    replace: 'let state = Math.floor(Math.random() * 2 ** 32)',
  },
  run: () => onStage(SPAN, reproduceAll),
};

async function reproduceAll(stage: Stage) {
  const { client } = stage;
  const { trainingSet } = await prepareModel(stage, SPAN);
  await client.apply(otherModels());
  const outcomes: string[] = [];
  let reproduced = 0;
  for (const name of Object.keys(TRAINERS)) {
    if (name !== 'replayed') await client.waitForJob(await client.train(name, trainingSet));
    const found = await client.waitForJob(await client.models.reproduce(name, 1, { retrieve: true }));
    const { record } = await client.modelVersion(name, 1);
    const { weightsHash } = record as { readonly weightsHash: string };
    if (found.reproduced && found.surroundings.length === 0) reproduced++;
    const wrong = [...found.differences, ...found.surroundings].map(({ what }) => what);
    outcomes.push(`${name} ${weightsHash.slice(0, 12)} ${wrong.join(' and ') || 'the same'}`);
  }
  return { ok: reproduced === Object.keys(TRAINERS).length, figure: outcomes.join(', ') };
}

/** The model of the replay with other trainers, and an index of each airport for the embedding. */
function otherModels(): readonly Document[] {
  const model = replayModel().find((document) => document.kind === 'Model')!;
  return Object.entries(TRAINERS)
    .filter(([name]) => name !== model.name)
    .map(([name, trainer]) => ({
      ...model,
      name,
      trainer,
      transform: [
        ...model.transform,
        ...(trainer.kind === 'wideAndDeep'
          ? [{ name: 'origin_index', expression: 'LABEL_ENCODER(origin) OVER ()' }]
          : []),
      ],
    }));
}
