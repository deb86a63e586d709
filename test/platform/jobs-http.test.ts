import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteResultFile } from '../../src/platform/job-files.js';
import { startTestApp, type TestApp } from '../support/app.js';

const JOBS = '/v1/projects/p/jobs';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
  await service.yaml('/v1/projects/p/apply', SOURCE);
  mkdirSync(join(service.dataDir, 'uploads'), { recursive: true });
});
afterAll(() => service.close());

const SOURCE = `
kind: Source
name: visits
columns: [{ name: k, type: STRING }, { name: at, type: TIMESTAMP }]
eventTime: at
`;

/** Starts a load of a file with this content; its job once that has ended. */
async function load(name: string, content: string) {
  const path = join(service.dataDir, 'uploads', name);
  writeFileSync(path, content);
  const { status, body } = await service.post('/v1/projects/p/sources/visits/loads', { path });
  expect(status, JSON.stringify(body)).toBe(202);
  expect(body).toMatchObject({ state: 'queued', attempt: 1, finishedAt: null });
  await expect.poll(async () => (await job(body.id)).finishedAt, { timeout: 20_000 }).not.toBeNull();
  return job(body.id);
}

const job = async (id: string) => (await service.get(`${JOBS}/${id}`)).body;

describe('the routes of jobs', () => {
  it('give a result as JSON, exactly as it stands in the job', async () => {
    const { id, state, result } = await load('good.csv', 'k,at\na,2013-07-01T00:00:00Z\n');
    expect(state).toBe('succeeded');
    const answer = await service.get(`${JOBS}/${id}/result`);
    expect(answer).toMatchObject({ status: 200, body: result });
  });

  it('list by state and kind, as many as asked for', async () => {
    const { id } = await load('bad.csv', 'k,at\na,yesterday\n');
    const failed = (await service.get(`${JOBS}?state=failed&kind=load&limit=1`)).body.items;
    expect(failed).toMatchObject([{ id, state: 'failed', error: { code: expect.any(String) } }]);
    expect((await service.get(`${JOBS}?kind=brew`)).body).toEqual({ items: [] });
    expect((await service.get('/v1/projects/q/jobs')).body).toEqual({ items: [] });
  });

  it.each(['state=done', 'limit=0', 'limit=x', 'limit=1.5', 'color=red'])('refuse ?%s', async (query) => {
    const answer = await service.get(`${JOBS}?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'INVALID_REQUEST' } } });
  });

  it('retry a failed job under its id, and nothing else', async () => {
    const { id } = await load('again.csv', 'k,at\nb,yesterday\n');
    expect((await service.get(`${JOBS}/${id}/result`)).status).toBeGreaterThanOrEqual(400);
    writeFileSync(join(service.dataDir, 'uploads', 'again.csv'), 'k,at\nb,2013-07-01T00:00:00Z\n');
    const retried = await service.post(`${JOBS}/${id}/retry`, {});
    expect(retried).toMatchObject({ status: 200, body: { id, state: 'queued', attempt: 2 } });
    await expect
      .poll(() => job(id), { timeout: 20_000 })
      .toMatchObject({ state: 'succeeded', attempt: 2, result: { rows: 1 } });
    for (const verb of ['retry', 'cancel']) {
      const refused = await service.request('POST', `${JOBS}/${id}/${verb}`);
      expect(refused).toMatchObject({ status: 409, body: { error: { code: 'CONFLICT' } } });
    }
  });

  it.each(['', '/result', '/cancel', '/retry'])('know no job of another project at %s', async (route) => {
    const { id } = await load('own.csv', 'k,at\n');
    const method = ['/cancel', '/retry'].includes(route) ? 'POST' : 'GET';
    const answer = await service.request(method, `/v1/projects/q/jobs/${id}${route}`);
    expect(answer).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
  });
});

describe('a result file', () => {
  it('is streamed with its media type and headers', async () => {
    const { id } = await load('file.csv', 'k,at\n');
    const folder = join(service.dataDir, 'jobs', id);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'result.csv'), 'a\n1\n');
    await noteResultFile(folder, {
      extension: 'csv',
      mediaType: 'text/csv',
      headers: { 'plumbline-report': '{"rows":1}' },
    });
    const { status, headers, body } = await service.get(`${JOBS}/${id}/result`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'text/csv', 'plumbline-report': '{"rows":1}' });
    expect(body).toBe('a\n1\n');
  });
});

describe('jobs of an earlier start', () => {
  it('are there again', async () => {
    const before = (await service.get(JOBS)).body;
    await service.stop();
    service = await startTestApp({ dataDir: service.dataDir });
    expect((await service.get(JOBS)).body).toEqual(before);
  });
});
