import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseFittedTransform } from '../../src/compile/fitted-transform.js';
import { compileTransform } from '../../src/compile/transform.js';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { ModelDocument } from '../../src/definition/document.js';
import { TfjsRuntime } from '../../src/model/adapter/tfjs.js';
import { architectureOf } from '../../src/model/architecture.js';
import type { ModelBundle } from '../../src/model/bundle.js';
import { modelGraph } from '../../src/model/model-graph.js';
import { type PostprocessState, scoresOf } from '../../src/model/postprocess.js';
import { Scorer } from '../../src/model/scorer.js';
import { tarOf } from '../../src/platform/tar.js';
import { flightBundle } from '../support/flight-bundle.js';
import { FLIGHT_MODEL } from '../support/flight-model.js';
import { flightRows } from '../support/flight-rows.js';
import { graphFeeds, loadGraph, plainTfjs } from './graph-run.js';

const REF = { project: 'demo', model: 'delay', version: 1 };
/** Without the hour, which is taken of a TIMESTAMP. */
const TRANSFORM = FLIGHT_MODEL.transform.filter(({ name }) => name !== 'hour');
const SCALE = { function: 'STANDARD_SCALER', center: 12.5, spread: 3.25 } as const;

const CALIBRATIONS = [
  null,
  { kind: 'platt', slope: 1.7, intercept: -0.3 },
  { kind: 'isotonic', logits: [-1.5, -0.25, 0.5], probabilities: [0.1, 0.35, 0.8] },
] as const;

const KINDS: readonly [string, Partial<ModelDocument>, (state: PostprocessState) => PostprocessState][] = [
  ...CALIBRATIONS.map((calibration): (typeof KINDS)[number] => [
    `two classes, ${calibration?.kind ?? 'not calibrated'}`,
    {},
    (state) => ({ ...state, calibration }) as PostprocessState,
  ]),
  [
    'a network of two hidden layers',
    { trainer: { kind: 'multiLayerPerceptron', hiddenLayers: [8, 4], activation: 'tanh', epochs: 2 } },
    (state) => state,
  ],
  [
    'wide and deep, with an embedding',
    {
      transform: [
        ...TRANSFORM,
        { name: 'cloud', expression: 'LABEL_ENCODER(weather__sky, 10, 1) OVER ()' },
        { name: 'far', expression: "QUANTILE_BUCKETIZE(distance, 4, 'bucket_index') OVER ()" },
      ],
      trainer: {
        kind: 'wideAndDeep',
        wide: ['sky', 'far'],
        embeddings: [{ output: 'cloud', dimension: 3 }],
        hiddenLayers: [6],
        epochs: 2,
      },
    },
    (state) => state,
  ],
  [
    'a quantity that was scaled',
    {
      label: { expression: 'CAST(late_minutes AS FLOAT64)', columns: FLIGHT_MODEL.label.columns },
      trainer: { kind: 'linearRegression', epochs: 3, batchSize: 64 },
    },
    (state) => ({ ...state, scale: SCALE }) as PostprocessState,
  ],
  [
    'several classes',
    {
      label: {
        expression: "IF(late_minutes < 0, 'early', IF(late_minutes < 15, 'on time', 'late'))",
        columns: FLIGHT_MODEL.label.columns,
      },
      trainer: { kind: 'softmaxRegression', epochs: 3, batchSize: 64 },
    },
    (state) => state,
  ],
];

describe('a model version as a graph of plain tfjs', () => {
  it.each(KINDS)('predicts what the service does: %s', async (_, changes, change) => {
    const trained = await flightBundle(REF, { transform: TRANSFORM, ...changes });
    const bundle = {
      ...trained,
      manifest: { ...trained.manifest, postprocess: change(trained.manifest.postprocess) },
    };
    const rows = flightRows(0, 200);
    const scorer = await scorerOf(bundle);
    const expected = (await scorer.score(rows)).outputs.columns;
    const graph = modelGraph(bundle);
    const tf = await plainTfjs('wasm');
    const model = await loadGraph(tf, graph);
    const feeds = graphFeeds(tf, graph, rows);
    const { postprocess } = bundle.manifest;
    for (const [name, column] of expected) {
      const answer = model.execute(feeds, `out/${name}`) as { dataSync(): Float32Array };
      const found = answer.dataSync();
      const values = Array.from({ length: rows.rowCount }, (_, row) => valueAt(column, row)).flat();
      expect(found.length).toBe(values.length);
      values.forEach((value, at) => {
        if (name === 'label') expect(found[at]).toBe(placeOf(value, postprocess));
        else
          expect(Math.abs(found[at]! - Number(value))).toBeLessThan(
            1e-5 * Math.max(1, Math.abs(Number(value))),
          );
      });
    }
    scorer.close();
  });
});

/** The rows of the snippet in docs/export.md. */
const DOCUMENTED_ROWS = {
  rowCount: 2,
  columns: new Map([
    ['distance', columnOf('INT64', [900n, null])],
    ['vip', columnOf('BOOL', [true, false])],
    ['weather__temp', columnOf('FLOAT64', [12.5, null])],
    ['weather__sky', columnOf('STRING', ['rain', null])],
  ]),
};

async function scorerOf({ manifest, weights }: ModelBundle): Promise<Scorer> {
  const transform = compileTransform(parseFittedTransform(manifest.transform));
  const architecture = architectureOf(
    manifest.record.parameters,
    transform.slots,
    scoresOf(manifest.postprocess),
  );
  const predictor = await new TfjsRuntime().load(architecture, weights);
  return new Scorer({ transform, predictor, state: manifest.postprocess });
}

/** 0 or 1 of two classes, the class's place of several. */
function placeOf(label: unknown, state: PostprocessState): number {
  return state.task === 'multiClass' ? state.labels.indexOf(String(label)) : Number(label);
}

describe('the download', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tar-'));
    return () => rm(folder, { recursive: true });
  });

  it('is a tar that tar reads, the same bytes every time', async () => {
    const files = [
      { name: 'model.json', bytes: Buffer.from('{}\n') },
      { name: 'weights.bin', bytes: new Uint8Array(1024).fill(7) },
      { name: 'empty', bytes: new Uint8Array(0) },
    ];
    const archive = join(folder, 'model.tar');
    await writeFile(archive, tarOf(files));
    await promisify(execFile)('tar', ['-xf', archive, '-C', folder]);
    for (const { name, bytes } of files)
      expect(await readFile(join(folder, name))).toEqual(Buffer.from(bytes));
    expect(tarOf(files)).toEqual(tarOf(files));
  });

  it('is what the documentation loads', async () => {
    const bundle = await flightBundle(REF, { transform: TRANSFORM });
    const { json, weights } = modelGraph(bundle);
    await writeFile(join(folder, 'model.json'), JSON.stringify(json));
    await writeFile(join(folder, 'weights.bin'), weights);
    const page = await readFile(new URL('../../docs/export.md', import.meta.url), 'utf8');
    const script = /```js\n([\s\S]*?)```/.exec(page)![1]!;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=commonjs', '--eval', script, 'script', folder],
      { cwd: new URL('../..', import.meta.url).pathname },
    );
    const scorer = await scorerOf(bundle);
    const { columns } = (await scorer.score(DOCUMENTED_ROWS)).outputs;
    const found = JSON.parse(stdout.trim().split('\n').at(-1)!) as readonly number[];
    found.forEach((probability, row) => {
      expect(probability).toBeCloseTo(valueAt(columns.get('probability')!, row) as number, 5);
    });
    expect(found).toHaveLength(2);
    scorer.close();
  });

  it('is refused where several classes are calibrated', async () => {
    const bundle = await flightBundle(REF, { transform: TRANSFORM });
    const postprocess = {
      task: 'multiClass',
      scores: 'logits',
      classes: ['a', 'b'],
      labels: ['a', 'b'],
      calibration: [CALIBRATIONS[1], CALIBRATIONS[1]],
    } as const;
    expect(() => modelGraph({ ...bundle, manifest: { ...bundle.manifest, postprocess } })).toThrow(
      expect.objectContaining({
        code: 'NOT_EXPORTABLE',
        details: { problems: [expect.objectContaining({ path: '/postprocess/calibration' })] },
      }),
    );
  });

  it('is refused with the path of what a graph cannot carry', async () => {
    const bundle = await flightBundle(REF);
    expect(() => modelGraph(bundle)).toThrow(
      expect.objectContaining({
        code: 'NOT_EXPORTABLE',
        details: {
          problems: [
            {
              path: '/transform/4/expression',
              message: expect.stringContaining('AS_OF() is a TIMESTAMP'),
            },
          ],
        },
      }),
    );
  });
});
