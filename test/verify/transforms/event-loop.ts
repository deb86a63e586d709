import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../../../bench/conditions.js';
import { type Column, type ColumnBatch, columnOf } from '../../../src/definition/column-batch.js';
import type { ModelDocument } from '../../../src/definition/document.js';
import { seededRandom } from '../../../src/model/seeded-random.js';
import { arrowBytes } from '../../../src/offline/arrow.js';
import { ManualClock } from '../../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../../support/app.js';
import { FLIGHT_DOCUMENTS } from '../../support/flight-model.js';
import { type Check, measured, type Outcome } from '../check.js';

const ROWS = 100_000;
const INPUTS = Array.from({ length: 40 }, (_, place) => `x${place}`);
const MOST_MS = 50;

const START_US = BigInt(Date.UTC(2013, 0, 1)) * 1000n;
const SECOND_US = 1_000_000n;

const MODEL: ModelDocument = {
  kind: 'Model',
  name: 'wide',
  featureService: 'flights',
  requestInputs: INPUTS.map((name) => ({ name, type: 'FLOAT64' })),
  label: { expression: 'late', columns: [{ name: 'late', type: 'BOOL' }] },
  transform: INPUTS.map((name) => ({ name, expression: `STANDARD_SCALER(${name}) OVER ()` })),
  split: { evaluateFrom: '2013-01-02T00:00:00Z' },
  trainer: { kind: 'multiLayerPerceptron', epochs: 3 },
};

/** A perceptron trained over HTTP in the service of this process, whose event loop is watched meanwhile. */
export const eventLoop: Check = {
  name: 'event-loop',
  bar: `while ${ROWS} rows of ${INPUTS.length} inputs train, never blocked for more than ${MOST_MS} ms (median of 5)`,
  defect: {
    file: 'src/training/adapter/worker-trainer.js',
    find: "case 'progress':",
    replace: "case 'progress': for (const from = performance.now(); performance.now() < from + 80; );",
  },
  run: () => measured(trainWatched, judge),
};

function judge(runs: readonly number[]): Outcome {
  const longest = median(runs);
  const all = runs.map((run) => run.toFixed(0)).join(', ');
  return { ok: longest <= MOST_MS, figure: `${longest.toFixed(0)} ms at the longest (${all})` };
}

/** The longest time, milliseconds, that the event loop was not free between the start of the training and its end. */
async function trainWatched(): Promise<number> {
  const end = START_US + SECOND_US * BigInt(ROWS);
  const service = await startTestApp({ clock: new ManualClock(end) });
  try {
    await done(service.post('/v1/projects/p/apply', { documents: [...FLIGHT_DOCUMENTS, MODEL] }));
    const set = await done(
      service.request('POST', '/v1/projects/p/training-sets?featureService=flights&time=as_of', {
        text: arrowBytes(frame()),
        type: 'application/vnd.apache.arrow.stream',
      }),
    );
    // What making the set has left to collect is not the training's.
    await sleep(1000);
    const watch = monitorEventLoopDelay({ resolution: 1 });
    watch.enable();
    const job = await done(service.post('/v1/projects/p/models/wide/train', { trainingSet: set.id }));
    await finished(service, job.id);
    watch.disable();
    return watch.max / 1e6;
  } finally {
    await service.close();
  }
}

async function finished(service: TestApp, id: string): Promise<void> {
  for (;;) {
    const { state, error } = await done(service.get(`/v1/projects/p/jobs/${id}`));
    if (state === 'succeeded') return;
    if (state === 'failed') throw new Error(JSON.stringify(error));
    await sleep(20);
  }
}

async function done(answer: ReturnType<TestApp['get']>) {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

function frame(): ColumnBatch {
  const random = seededRandom(3);
  const rows = [...Array(ROWS).keys()];
  const numbers = (): Column => ({
    type: 'FLOAT64',
    values: Float64Array.from(rows, () => random() / 2 ** 32),
    valid: null,
  });
  const columns = new Map<string, Column>(INPUTS.map((name) => [name, numbers()]));
  const first = columns.get('x0')!.values as Float64Array;
  columns.set('late', {
    type: 'BOOL',
    values: Uint8Array.from(first, (x) => (x > 0.6 ? 1 : 0)),
    valid: null,
  });
  columns.set('as_of', {
    type: 'TIMESTAMP',
    values: BigInt64Array.from(rows, (row) => START_US + SECOND_US * BigInt(row)),
    valid: null,
  });
  for (const { name, type } of FLIGHT_DOCUMENTS.flatMap((each) =>
    each.kind === 'Entity' ? each.keys : [],
  )) {
    columns.set(name, columnOf(type, new Array<string>(ROWS).fill('JFK')));
  }
  return { rowCount: ROWS, columns };
}
