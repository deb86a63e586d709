import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseTimestamp } from '../../src/definition/time.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

const API = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');

/** The text of the fenced block that is marked so. */
const blockOf = (mark: string): string =>
  new RegExp(`^\`\`\`${mark}\n([\\s\\S]*?)^\`\`\``, 'm').exec(API)![1]!;

/** What the example rests on. */
const BEFORE = `
{ kind: Entity, name: airport, keys: [{ name: airport, type: STRING }] }
---
{ kind: Entity, name: route, keys: [{ name: origin, type: STRING }, { name: destination, type: STRING }] }
---
kind: Source
name: observations
eventTime: at
columns: [{ name: airport, type: STRING }, { name: at, type: TIMESTAMP }, { name: wind, type: FLOAT64 }]
---
{ kind: FeatureSet, name: weather, entity: airport, source: observations, features: [{ name: wind }] }
`;

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp({ clock: new ManualClock(parseTimestamp('2026-03-02T12:00:00Z')!) });
});
afterAll(() => service.close());

it('the example of values computed when an answer is made answers as docs/api.md says', async () => {
  const applied = await service.yaml('/v1/projects/p/apply', `${BEFORE}---\n${blockOf('yaml example')}`);
  expect(applied.status, JSON.stringify(applied.body)).toBe(200);
  const at = '2026-03-02T11:00:00Z';
  const rows = [
    { airport: 'EWR', at, wind: 8 },
    { airport: 'JFK', at, wind: 2.5 },
  ];
  await service.post('/v1/projects/p/sources/observations/rows', { rows });
  const request = JSON.parse(blockOf('json request'));
  const { body } = await service.post('/v1/projects/p/online/lookup', request);
  expect(body).toEqual(JSON.parse(blockOf('json answer')));
});

it('a wrong expression is refused with the problems that docs/api.md shows', async () => {
  const source = `
{ kind: Entity, name: card, keys: [{ name: card, type: STRING }] }
---
kind: Source
name: payments
eventTime: at
columns: [{ name: card, type: STRING }, { name: at, type: TIMESTAMP }, { name: amount, type: FLOAT64 }, { name: merchant, type: STRING }]
`;
  expect((await service.yaml('/v1/projects/wrong/apply', source)).status).toBe(200);
  const expression = /problems of `(.+)`, a feature/.exec(API)![1]!;
  const set = { name: 'spend', entity: 'card', source: 'payments', features: [{ name: 'odd', expression }] };
  const { status, body } = await service.post('/v1/projects/wrong/feature-sets', set);
  expect(status).toBe(422);
  expect(body.error.code).toBe('INVALID_EXPRESSION');
  expect(body.error.problems).toEqual(JSON.parse(blockOf('json mistakes')));
});
