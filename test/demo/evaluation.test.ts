import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDuckDb, sqlText } from '../../demo/duckdb.js';
import { scoreFrame } from '../../demo/evaluation.js';
import { OUT } from '../../demo/paths.js';
import { auc } from '../../demo/score.js';
import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import { parseTimestamp } from '../../src/definition/time.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

const DOCUMENTS = `
{ kind: Entity, name: flight, keys: [{ name: flight_id, type: INT64 }] }
---
kind: Source
name: schedules
eventTime: at
createdTime: at
columns:
  - { name: flight_id, type: INT64 }
  - { name: distance, type: INT64 }
  - { name: at, type: TIMESTAMP }
---
{ kind: FeatureSet, name: schedule, entity: flight, source: schedules, features: [{ name: distance }] }
---
{ kind: FeatureService, name: late, entries: [{ featureSet: schedule }] }
---
kind: Model
name: late
featureService: late
label: { expression: "arr_delay >= 15", columns: [{ name: arr_delay, type: INT64 }] }
split: { evaluateFrom: "2013-01-02T00:00:00Z" }
trainer: { kind: logisticRegression, seed: 1, epochs: 50, batchSize: 16 }
transform: [{ name: distance, expression: STANDARD_SCALER(schedule__distance) OVER () }]
`;

/** Far flights are late by 15 minutes or a little more, near ones by 14 at most. */
const FLIGHTS = `(SELECT i AS flight_id, (i * 37) % 200 AS distance,
  CASE WHEN (i * 37) % 200 >= 100 THEN 15 + i % 3 ELSE 14 - i % 9 END AS arr_delay,
  TIMESTAMPTZ '2013-01-01 00:00:00Z' AS "at",
  TIMESTAMPTZ '2013-01-01 12:00:00Z' + to_hours(i // 5) AS as_of FROM range(200) r(i))`;

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp({ clock: new ManualClock(parseTimestamp('2013-02-01T00:00:00Z')!) });
});

afterAll(() => service.close());

it('puts the prediction of each row beside what happened', async () => {
  const duckdb = await openDuckDb();
  await service.app.listen(0, '127.0.0.1');
  const client = new PlumblineClient({ baseUrl: await service.app.getUrl(), project: 'demo' });
  await client.apply(DOCUMENTS);
  const uploads = join(service.dataDir, 'uploads');
  for (const folder of [OUT, uploads]) await mkdir(folder, { recursive: true });
  const [rows, frame] = ['schedules', 'frame'].map((name) => join(uploads, `${name}.parquet`));
  await duckdb.run(`COPY (SELECT flight_id, distance, "at" FROM ${FLIGHTS}) TO ${sqlText(rows!)}`);
  await duckdb.run(`COPY (SELECT flight_id, arr_delay, as_of FROM ${FLIGHTS}) TO ${sqlText(frame!)}`);
  await client.waitForJob(await client.load('schedules', rows!));
  const set = await client.createTrainingSet(
    { kind: 'parquet', path: frame! },
    { featureService: 'late', time: 'as_of' },
  );
  const { version } = await client.waitForJob(await client.train('late', set.id));
  const scored = await scoreFrame(client, duckdb, { model: 'late', version }, frame!);
  expect(scored.labels.length).toBe(200);
  expect(scored.labels.filter((label) => label === 1).length).toBe(100);
  expect(auc(scored)).toBe(1);
});
