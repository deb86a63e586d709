import { describe, expect, it } from 'vitest';
import { FLIGHT_MODEL, FLIGHT_SERVICE } from '../../test/support/flight-model.js';
import { FIRST_US, TRAINING_ROWS } from '../../test/support/flight-rows.js';
import { type CompiledModel, compileModel } from '../compile/model.js';
import { type Column, type ColumnBatch, columnOf, valueAt } from '../definition/column-batch.js';
import type { ModelDocument } from '../definition/document.js';
import { TfjsRuntime } from '../model/adapter/tfjs.js';
import { asOfColumn } from '../model/as-of.js';
import { type CascadeInput, type TimeOfRows, withPredictions } from '../model/cascade.js';
import { loadScorer } from '../model/load-scorer.js';
import type { TrainingSetQuery } from '../model/manifest.js';
import type { BinaryMetrics } from '../model/metrics.js';
import { seededRandom } from '../model/seeded-random.js';
import { ModelTraining } from './train-model.js';
import { bundleOf, manifestOf } from './trained-manifest.js';
import type { TrainedModel } from './trainer.js';

const ROWS = TRAINING_ROWS + 300;
const MINUTES = Array.from({ length: ROWS }, (_, row) => FIRST_US + BigInt(row) * 60_000_000n);
const EVALUATE_FROM_US = BigInt(Date.UTC(2013, 9, 1)) * 1000n;

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

type Boundary = TrainingSetQuery['boundary'];

const queryOf = (boundary: Boundary): TrainingSetQuery => ({
  featureService: 'flights',
  version: 1,
  time: 'as_of',
  knowledge: 'known',
  boundary,
});

function coins(times: readonly bigint[] = MINUTES): ColumnBatch {
  const rows = [...times.keys()];
  const random = seededRandom(11);
  return {
    rowCount: times.length,
    columns: new Map([
      ['as_of', columnOf('TIMESTAMP', times)],
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

async function trained(
  model: CompiledModel,
  rows: ColumnBatch,
  boundary: Boundary = 'inclusive',
): Promise<TrainedModel> {
  const training = new ModelTraining({ ...model, query: queryOf(boundary) }, new TfjsRuntime());
  training.add(rows);
  return training.finish(() => undefined);
}

async function inputOf(
  model: CompiledModel,
  memory: TrainedModel,
  boundary: Boundary = 'inclusive',
): Promise<CascadeInput['scorer'] & FinalScorer> {
  const query = queryOf(boundary);
  const report = { rows: ROWS, knowledge: 'known', boundary, snapshot: {}, plan: {} } as const;
  const counts = { leakCount: 0, assumedCreatedTimes: 0, uncertain: 0, immature: 0 };
  const set = { id: 'none', rows: ROWS, contentHash: '', query, report: { ...report, ...counts } };
  const surroundings = { plumbline: '0', node: '0', hardware: 'a test' };
  const named = { version: 1, createdAt: '2013-12-01T00:00:00Z', surroundings };
  const manifest = manifestOf({ project: 'p', model, set }, { trained: memory, cascade: [] }, named);
  return loadScorer(new TfjsRuntime(), bundleOf(manifest, memory), []);
}

type FinalScorer = {
  score(rows: ColumnBatch, asOf: BigInt64Array): Promise<{ readonly outputs: ColumnBatch }>;
};

describe('a model over one that learnt its rows by heart', () => {
  const memory = compileModel({ document: MEMORY, version: 1, id: 1, service: FLIGHT_SERVICE });
  const upstreams = [{ trainedVersion: 1, model: memory }];
  const over = compileModel({ document: OVER, version: 1, id: 2, service: FLIGHT_SERVICE, upstreams });
  const aucOf = async (rows: ColumnBatch, scorer: CascadeInput['scorer']): Promise<readonly number[]> => {
    const asOf = rows.columns.get('as_of')!.values as BigInt64Array;
    const input = { alias: 'memory', outputs: ['probability'], scorer };
    const predicted = await withPredictions([input], rows, { asOf, boundary: 'inclusive' });
    const { metrics } = await trained(over, predicted);
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
      scoreInTime: async (each: ColumnBatch, { asOf }: TimeOfRows) =>
        (await scorer.score(each, asOf)).outputs,
    };
    const [leaked] = await aucOf(rows, leaking);
    expect(leaked).toBeGreaterThan(0.99);
  });

  it.each([
    ['inclusive', 'inclusive'],
    ['inclusive', 'exclusive'],
    ['exclusive', 'inclusive'],
    ['exclusive', 'exclusive'],
  ] as const)(
    'is asked for no row that it learnt: it learnt by T %s, the other model reads by T %s',
    async (own, reading) => {
      // A microsecond apart where evaluation begins, and at every edge of a block.
      const apart = (us: bigint): readonly bigint[] => [us - 1n, us, us + 1n];
      const times = MINUTES.flatMap(apart);
      expect(times).toContain(EVALUATE_FROM_US);
      const rows = coins(times);
      const scorer = await inputOf(memory, await trained(memory, rows, own), own);
      const predicted = async (each: ColumnBatch): Promise<Column> => {
        const asOf = asOfColumn(queryOf(reading), each);
        const { columns } = await scorer.scoreInTime(each, { asOf, boundary: reading });
        return columns.get('probability')!;
      };
      const strangers = columnOf(
        'STRING',
        times.map(() => 'nobody'),
      );
      const unknown = { ...rows, columns: new Map([...rows.columns, ['id', strangers] as const]) };
      expect(await predicted(rows)).toEqual(await predicted(unknown));
    },
  );

  it('is asked for the rows after evaluation began only when it could know every label', async () => {
    const folds = { count: 5, labelKnownAfter: '1h' } as const;
    const document = { ...MEMORY, trainer: { ...MEMORY.trainer, folds } };
    const later = compileModel({ document, version: 1, id: 1, service: FLIGHT_SERVICE });
    const scorer = await inputOf(later, await trained(later, coins()));
    const row = { rowCount: 1, columns: new Map([['id', columnOf('STRING', [String(TRAINING_ROWS - 1)])]]) };
    const isFinal = async (us: bigint): Promise<boolean> => {
      const asOf = BigInt64Array.of(EVALUATE_FROM_US + us);
      const inTime = await scorer.scoreInTime(row, { asOf, boundary: 'inclusive' });
      const { outputs } = await scorer.score(row, asOf);
      const [known, latest] = [inTime, outputs].map(({ columns }) => valueAt(columns.get('probability')!, 0));
      return known === latest;
    };
    expect(await isFinal(0n)).toBe(false);
    expect(await isFinal(3_599_999_999n)).toBe(false);
    expect(await isFinal(3_600_000_000n)).toBe(true);
  });
});
