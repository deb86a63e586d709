import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ARROW = 'application/vnd.apache.arrow.stream';
const MAX_BODY_BYTES = 100_000;

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp({ configuration: { maxBodyBytes: MAX_BODY_BYTES } });
});
afterAll(() => service.close());

const uploads = (): readonly string[] => readdirSync(join(service.dataDir, 'tmp'));

describe('an error', () => {
  it('has a code, a message and the id of its request, which the header carries too', async () => {
    const { status, headers, body } = await service.get('/v1/projects/p/jobs/nope');
    expect(status).toBe(404);
    expect(body.error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('"nope"') });
    expect(body.error.requestId).toBe(headers['x-request-id']);
    expect(Object.keys(body)).toEqual(['error']);
  });

  it('of an Open Inference route is text, as that protocol asks', async () => {
    const { status, body } = await service.get('/v1/projects/p/v2/models/nope');
    expect(status).toBe(404);
    expect(body).toEqual({ error: expect.stringMatching(/^NOT_FOUND: /) });
  });

  it.each([
    ['GET', 'jobs/%00', undefined, '/id'],
    ['GET', 'jobs?kind=a%00', undefined, '/kind'],
    ['GET', 'training-sets/%00', undefined, '/id'],
    ['GET', 'transforms/a%00', undefined, '/id'],
    ['POST', 'models/a%00/batch-predictions', { rows: [] }, '/model'],
    ['POST', 'models/a/train', { trainingSet: 'a\0' }, '/trainingSet'],
  ])('says that no name has U+0000: %s %s', async (method, path, json, place) => {
    const answer = await service.request(
      method,
      `/v1/projects/p/${path}`,
      json === undefined ? {} : { json },
    );
    expect([answer.status, answer.body.error.code, answer.body.error.path]).toEqual([
      400,
      'INVALID_REQUEST',
      place,
    ]);
    expect(uploads()).toEqual([]);
  });

  it('tells of a route that does not exist', async () => {
    expect(await service.get('/v1/nothing')).toMatchObject({
      status: 404,
      body: { error: { code: 'NOT_FOUND' } },
    });
  });
});

describe('a body', () => {
  const apply = '/v1/projects/p/apply';

  it.each([
    ['is no JSON', { text: '{"documents": [' }, 400, 'INVALID_REQUEST'],
    ['is empty', { text: '', type: 'application/json' }, 400, 'INVALID_REQUEST'],
    ['is no UTF-8', { text: new Uint8Array([0x22, 0xff, 0x22]) }, 400, 'INVALID_REQUEST'],
    ['is no object', { json: [1] }, 400, 'INVALID_REQUEST'],
    ['is null', { json: null }, 400, 'INVALID_REQUEST'],
    ['is missing', {}, 400, 'INVALID_REQUEST'],
    [
      'is of another content type',
      { text: 'a=b', type: 'application/x-www-form-urlencoded' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['is plain text', { text: 'x', type: 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['is a frame where none is read', { text: 'x', type: ARROW }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['is too large', { text: ' '.repeat(MAX_BODY_BYTES + 1) }, 413, 'TOO_LARGE'],
  ])('that %s is refused', async (_, request, status, code) => {
    const answer = await service.request('POST', apply, request);
    expect(answer).toMatchObject({ status, body: { error: { code } } });
  });

  it('of YAML is refused where a frame is read', async () => {
    const answer = await service.yaml('/v1/projects/p/retrievals?featureService=x', 'rows: []');
    expect(answer).toMatchObject({ status: 415, body: { error: { code: 'UNSUPPORTED_MEDIA_TYPE' } } });
  });

  it('that is a frame leaves no file behind', async () => {
    const url = '/v1/projects/p/retrievals?featureService=x';
    const answer = await service.request('POST', url, { text: 'no arrow at all', type: ARROW });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    await expect.poll(uploads).toEqual([]);
  });
});

describe('a frame over the wire', () => {
  let port: number;
  beforeAll(async () => {
    await service.app.listen(0, '127.0.0.1');
    port = Number(new URL(await service.app.getUrl()).port);
  });

  it('that is larger than allowed is refused while it comes', async () => {
    const chunk = new Uint8Array(MAX_BODY_BYTES / 2 + 1);
    const body = new ReadableStream({
      async start(controller) {
        for (let i = 0; i < 3; i++) {
          controller.enqueue(chunk);
          await delay(5);
        }
        controller.close();
      },
    });
    const answer = await fetch(`http://127.0.0.1:${port}/v1/projects/p/retrievals?featureService=x`, {
      method: 'POST',
      headers: { 'content-type': ARROW },
      body,
      duplex: 'half',
    });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ error: { code: 'TOO_LARGE' } });
    await expect.poll(uploads).toEqual([]);
  });

  it('whose sender goes away leaves no file, and the service stays up', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /v1/projects/p/retrievals?featureService=x HTTP/1.1\r\nHost: x\r\nContent-Type: ${ARROW}\r\nContent-Length: 50000\r\n\r\n`,
    );
    socket.write('x'.repeat(10_000));
    await expect.poll(uploads).toHaveLength(1);
    socket.destroy();
    await expect.poll(uploads).toEqual([]);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });
});

describe('the service', () => {
  it('is healthy', async () => {
    expect(await service.get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('refuses a data folder in which another process works, and takes over what a dead one left', async () => {
    const dataDir = temporaryFolder('held');
    const lock = join(dataDir, 'plumbline.lock');
    writeFileSync(lock, `${process.ppid}\n`);
    await expect(startTestApp({ dataDir })).rejects.toThrow('another process works in');
    writeFileSync(lock, `${await pidOfDead()}\n`);
    const service = await startTestApp({ dataDir });
    expect((await service.get('/health')).status).toBe(200);
    await service.close();
  });
});

function pidOfDead(): Promise<number> {
  const child = spawn('true');
  return new Promise((resolve) => child.once('exit', () => resolve(child.pid!)));
}
