import { describe, expect, it } from 'vitest';
import { FLIGHT_MODEL, FLIGHT_SERVICE } from '../../test/support/flight-model.js';
import { FIRST_US, TRAINING_ROWS } from '../../test/support/flight-rows.js';
import { type CompiledModel, compileModel } from '../compile/model.js';
import { type ColumnBatch, columnOf } from '../definition/column-batch.js';
import type { ModelDocument } from '../definition/document.js';
import { TfjsRuntime } from '../model/adapter/tfjs.js';
import { type CascadeInput, withPredictions } from '../model/cascade.js';
import { loadScorer } from '../model/load-scorer.js';
import type { BinaryMetrics } from '../model/metrics.js';
import { seededRandom } from '../model/seeded-random.js';
import { ModelTraining } from './train-model.js';
import { bundleOf, manifestOf } from './trained-manifest.js';
import type { TrainedModel } from './trainer.js';

const ROWS = TRAINING_ROWS + 300;

/** Learns every row by heart: each has an id of its own, and labels are coins. */
const MEMORY: ModelDocument = {
  ...FLIGHT_MODEL,
  name: 'memory',
  requestInputs: [{ name: 'id', type: 'STRING' }],
  label: { expression: 'coin', columns: [{ name: 'coin', type: 'BOOL' }] },
  transform: [{ name: 'id', expression: "ONE_HOT_ENCODER(id, 'none', 10000, 0) OVER ()" }],
  trainer: {
    kind: 'logisticRegression',
    epochs: 40,
    batchSize: 32,
    learningRate: 0.1,
    folds: { count: 5 },
  },
};

const OVER: ModelDocument = {
  ...MEMORY,
  name: 'over',
  cascade: [{ alias: 'memory', model: 'memory' }],
  transform: [{ name: 'remembered', expression: 'memory__probability' }],
  trainer: { kind: 'logisticRegression', epochs: 10, batchSize: 64 },
};

const QUERY = {
  featureService: 'flights',
  version: 1,
  time: 'as_of',
  knowledge: 'known',
  boundary: 'inclusive',
} as const;

function coins(): ColumnBatch {
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  const random = seededRandom(11);
  return {
    rowCount: ROWS,
    columns: new Map([
      [
        'as_of',
        columnOf(
          'TIMESTAMP',
          rows.map((row) => FIRST_US + BigInt(row) * 60_000_000n),
        ),
      ],
      ['id', columnOf('STRING', rows.map(String))],
      [
        'coin',
        columnOf(
          'BOOL',
          rows.map(() => random() < 2 ** 31),
        ),
      ],
    ]),
  };
}

async function trained(model: CompiledModel, rows: ColumnBatch): Promise<TrainedModel> {
  const training = new ModelTraining({ ...model, query: QUERY }, new TfjsRuntime());
  training.add(rows);
  return training.finish(() => undefined);
}

async function inputOf(
  model: CompiledModel,
  memory: TrainedModel,
): Promise<CascadeInput['scorer'] & FinalScorer> {
  const report = { rows: ROWS, knowledge: 'known', boundary: 'inclusive', snapshot: {}, plan: {} } as const;
  const counts = { leakCount: 0, assumedCreatedTimes: 0, uncertain: 0 };
  const set = { id: 'none', rows: ROWS, contentHash: '', query: QUERY, report: { ...report, ...counts } };
  const surroundings = { plumbline: '0', node: '0', hardware: 'a test' };
  const named = { version: 1, createdAt: '2013-12-01T00:00:00Z', surroundings };
  const manifest = manifestOf({ project: 'p', model, set }, { trained: memory, cascade: [] }, named);
  return loadScorer(new TfjsRuntime(), bundleOf(manifest, memory), []);
}

type FinalScorer = { score(rows: ColumnBatch, asOf: BigInt64Array): { readonly outputs: ColumnBatch } };

describe('a model over one that learnt its rows by heart', () => {
  const memory = compileModel({ document: MEMORY, version: 1, id: 1, service: FLIGHT_SERVICE });
  const upstreams = [{ trainedVersion: 1, model: memory }];
  const over = compileModel({ document: OVER, version: 1, id: 2, service: FLIGHT_SERVICE, upstreams });
  const aucOf = async (rows: ColumnBatch, scorer: CascadeInput['scorer']): Promise<readonly number[]> => {
    const asOf = rows.columns.get('as_of')!.values as BigInt64Array;
    const input = { alias: 'memory', outputs: ['probability'], scorer };
    const { metrics } = await trained(over, withPredictions([input], rows, asOf));
    return [metrics.training, metrics.evaluation].map((split) => (split as BinaryMetrics).auc);
  };

  it('is not taken in: its training rows tell it no more than those of evaluation', async () => {
    const rows = coins();
    const learnt = await trained(memory, rows);
    expect((learnt.metrics.training as BinaryMetrics).auc).toBeGreaterThan(0.99);
    const scorer = await inputOf(memory, learnt);
    const [training, evaluation] = await aucOf(rows, scorer);
    expect(Math.abs(training! - 0.5)).toBeLessThan(0.1);
    expect(Math.abs(evaluation! - 0.5)).toBeLessThan(0.1);
    // Were the final model asked for every row, the leap could be seen.
    const leaking = {
      scoreInTime: (each: ColumnBatch, asOf: BigInt64Array) => scorer.score(each, asOf).outputs,
    };
    const [leaked] = await aucOf(rows, leaking);
    expect(leaked).toBeGreaterThan(0.99);
  });
});
