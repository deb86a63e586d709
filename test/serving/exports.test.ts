import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from '../../src/definition/document.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { FLIGHT_DOCUMENTS, FLIGHT_MODEL } from '../support/flight-model.js';

const PLAIN: Document = {
  ...FLIGHT_MODEL,
  name: 'plain',
  transform: [{ name: 'distance', expression: 'STANDARD_SCALER(distance) OVER ()' }],
};

describe('models for elsewhere over HTTP', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ clock: new ManualClock(0n) });
    const documents = [...FLIGHT_DOCUMENTS, PLAIN];
    const applied = await app.request('POST', '/v1/projects/flights/apply', { json: { documents } });
    expect(applied.status).toBeLessThan(300);
  });
  afterAll(() => app.close());

  const get = async (path: string) => {
    const answer = await app.app.inject({ method: 'GET', url: `/v1/projects/flights/models/${path}` });
    return { status: answer.statusCode, type: answer.headers['content-type'], text: answer.payload };
  };

  it('makes the statements of BigQuery ML', async () => {
    const { status, type, text } = await get('plain/bigquery-ml?table=p.d.flights');
    expect([status, type]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(text).toContain('CREATE OR REPLACE MODEL `p.d.plain`\nTRANSFORM(\n');
    expect(text).toContain('FROM `p.d.flights`');
    const named = await get(
      'plain/bigquery-ml?table=p.d.flights&into=x.y&time=at&boundary=exclusive&modelVersion=1',
    );
    expect(named.text).toContain('CREATE OR REPLACE MODEL `x.y`');
    expect(named.text).toContain('TIMESTAMP_SUB(`at`, INTERVAL 1 MICROSECOND) >= ');
  });

  it.each([
    ['no table', 'plain/bigquery-ml', 400, 'INVALID_REQUEST'],
    ['a table that is none', 'plain/bigquery-ml?table=a.b.c.d', 400, 'INVALID_REQUEST'],
    ['an unknown parameter', 'plain/bigquery-ml?table=a.b.c&seed=1', 400, 'INVALID_REQUEST'],
    ['an unknown model', 'none/bigquery-ml?table=a.b.c', 404, 'NOT_FOUND'],
    ['an unknown version', 'plain/bigquery-ml?table=a.b.c&modelVersion=7', 404, 'NOT_FOUND'],
    ['a version that was not trained', 'plain/bigquery-ml?table=a.b.c&trained=1', 404, 'NOT_FOUND'],
    ['what BigQuery ML cannot carry', 'delay/bigquery-ml?table=a.b.c', 422, 'NOT_EXPORTABLE'],
    ['a graph of what was not trained', 'plain/versions/1/tfjs', 404, 'NOT_FOUND'],
    ['a graph of no version', 'plain/versions/x/tfjs', 404, 'NOT_FOUND'],
  ])('refuses %s', async (_, path, status, code) => {
    const answer = await get(path);
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([status, code]);
  });
});
