import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import { MEDIA_TYPE } from '../../sdk/typescript/src/frame.js';
import { PlumblineRequestError } from '../../sdk/typescript/src/request-error.js';
import type { Job, LoadResult } from '../../sdk/typescript/src/wire.js';

type Answer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};
type Seen = {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer<ArrayBuffer>;
};

const REPORT = {
  rows: 2,
  knowledge: 'known',
  boundary: 'inclusive',
  leakCount: 0,
  assumedCreatedTimes: 0,
  snapshot: { source: '41' },
  uncertain: 0,
  immature: 0,
  plan: { alias: 'raw' },
};
const RESULT: LoadResult = { rows: 2, skipped: 0, contentHash: 'ab' };
const seen: Seen[] = [];
let answer: (request: Seen) => Answer | null;
let server: Server;
let client: PlumblineClient;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-sdk-'));
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const at: Seen = { url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) };
      seen.push(at);
      const given = answer(at);
      if (given !== null) response.writeHead(given.status ?? 200, { ...given.headers }).end(given.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = new PlumblineClient({ baseUrl: `http://127.0.0.1:${port}/`, project: 'a b', deadlineMs: 300 });
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

describe('requests', () => {
  it('writes INT64 exactly: a number where JSON is exact, else a decimal string', async () => {
    answer = () => ({ body: '{"accepted":1}' });
    await client.push('s', [{ small: 7n, large: 9_007_199_254_740_993n, text: '7' }]);
    expect(seen.at(-1)?.url).toBe('/v1/projects/a%20b/sources/s/rows');
    expect(seen.at(-1)?.body.toString()).toBe('{"rows":[{"small":7,"large":"9007199254740993","text":"7"}]}');
  });

  it('sends definitions as YAML text or as documents', async () => {
    answer = () => ({ body: '{"changes":[]}' });
    await client.apply('kind: Entity');
    expect(seen.at(-1)?.headers['content-type']).toBe('application/yaml');
    await client.apply([{ kind: 'Entity', name: 'a', keys: [{ name: 'id', type: 'INT64' }] }]);
    expect(JSON.parse(seen.at(-1)!.body.toString())).toMatchObject({ documents: [{ name: 'a' }] });
  });
});

describe('errors', () => {
  it('carries the code, place and problems of a refusal', async () => {
    const error = {
      code: 'INVALID_ROW',
      message: 'bad',
      path: '/rows/0',
      problems: [{ path: '/rows/0', message: 'bad' }],
      requestId: 'r1',
    };
    answer = () => ({ status: 422, body: JSON.stringify({ error }) });
    const failure = await failureOf(client.push('s', [{}]));
    expect(failure).toMatchObject({ ...error, status: 422 });
  });

  it('reads the protocol form of errors', async () => {
    answer = () => ({ status: 404, body: '{"error":"NOT_FOUND: there is no model \\"m\\""}' });
    const failure = await failureOf(client.infer('m', { inputs: [] }));
    expect(failure).toMatchObject({ code: 'NOT_FOUND', message: 'there is no model "m"', status: 404 });
  });

  it('tells an answer that is not of the service', async () => {
    answer = () => ({ status: 502, body: '<html>' });
    expect(await failureOf(client.lookup('f', []))).toMatchObject({ code: 'UNREADABLE_ANSWER', status: 502 });
  });

  it('ends a call at its deadline', async () => {
    answer = () => null;
    const failure = await failureOf(client.lookup('f', []));
    expect(failure).toMatchObject({ code: 'DEADLINE_EXCEEDED', status: 0 });
  });

  it('names the reason when nobody listens', async () => {
    const nobody = new PlumblineClient({ baseUrl: 'http://127.0.0.1:9', project: 'p' });
    expect(await failureOf(nobody.lookup('f', []))).toMatchObject({ code: 'UNREACHABLE', status: 0 });
  });
});

describe('jobs', () => {
  const running: Job<LoadResult> = {
    id: '1',
    kind: 'load',
    state: 'running',
    progress: { done: 0, total: 2 },
    attempt: 1,
    createdAt: '2013-07-01T00:00:00Z',
    finishedAt: null,
  };

  it('polls until the job has ended', async () => {
    const states: Job<LoadResult>[] = [running, { ...running, state: 'succeeded', result: RESULT }];
    answer = () => ({ body: JSON.stringify(states.shift()) });
    expect(await client.waitForJob({ ...running, state: 'queued' })).toEqual(RESULT);
  });

  it('throws for a cancelled job', async () => {
    const cancelled: Job<LoadResult> = { ...running, state: 'cancelled' };
    expect(await failureOf(client.waitForJob(cancelled))).toMatchObject({ code: 'CANCELLED' });
  });

  it('throws the error of a failed job', async () => {
    const error = { code: 'INVALID_FILE', message: 'truncated', path: 'a.parquet' } as const;
    const failed: Job<LoadResult> = { ...running, state: 'failed', error };
    expect(await failureOf(client.waitForJob(failed))).toMatchObject({
      code: 'INVALID_FILE',
      path: 'a.parquet',
    });
  });
});

describe('frames', () => {
  it('sends and reads Arrow tables with their report', async () => {
    const table = tableFromArrays({ id: BigInt64Array.from([1n, 2n ** 62n]) });
    answer = ({ body }) => ({ body, headers: { 'plumbline-report': JSON.stringify(REPORT) } });
    const answered = await client.retrieve({ kind: 'arrow', table }, { featureService: 'f', time: 't' });
    expect(answered.report.rows).toBe(2);
    expect([...answered.table.getChild('id')!]).toEqual([1n, 2n ** 62n]);
    expect(seen.at(-1)).toMatchObject({ url: '/v1/projects/a%20b/retrievals?featureService=f&time=t' });
  });

  it('asks for history without a frame, and gives a snapshot back', async () => {
    const table = tableFromArrays({ k: BigInt64Array.from([1n]) });
    const body = tableToIPC(table, 'stream');
    answer = () => ({ body, headers: { 'plumbline-report': JSON.stringify(REPORT) } });
    const span = { mode: 'changes', from: '2013-07-01T00:00:00Z', to: '2013-07-02T00:00:00Z' } as const;
    const { report } = await client.retrieveHistory({
      features: ['s:v'],
      ...span,
      entities: [{ k: 2n ** 60n }],
    });
    expect(seen.at(-1)).toMatchObject({ url: '/v1/projects/a%20b/retrievals/history' });
    await client.retrieve({ kind: 'arrow', table }, { featureService: 'f', snapshot: report.snapshot });
    const { searchParams } = new URL(seen.at(-1)!.url, 'http://x');
    expect(JSON.parse(searchParams.get('snapshot')!)).toEqual(REPORT.snapshot);
  });

  it('streams Parquet from and to files', async () => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    const bytes = Buffer.alloc(3_000_000, 'plumb');
    await writeFile(from, bytes);
    answer = ({ body, headers }) => ({
      body: headers['content-type'] === MEDIA_TYPE.parquet ? body : '',
      headers: { 'plumbline-report': JSON.stringify(REPORT) },
    });
    await client.retrieveToParquet({ kind: 'parquet', path: from }, { featureService: 'f' }, to);
    expect((await readFile(to)).equals(bytes)).toBe(true);
  });

  it('reads vectors', async () => {
    const vectors = tableToIPC(tableFromArrays({ prediction: Float32Array.from([0.5]) }), 'stream');
    answer = () => ({ body: vectors });
    const answered = await client.vectors('m', 1, tableFromIPC(vectors));
    expect(answered.getChild('prediction')?.get(0)).toBe(0.5);
  });
});

async function failureOf(call: Promise<unknown>): Promise<PlumblineRequestError> {
  const failure = await call.then(
    () => null,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(PlumblineRequestError);
  return failure as PlumblineRequestError;
}
