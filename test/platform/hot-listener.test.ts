import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlumblineError } from '../../src/definition/error.js';
import { HotListener } from '../../src/platform/hot-listener.js';

const ROUTE = '/v1/projects/:project/things/:thing/rows';
const PATH = '/v1/projects/p/things/t/rows';
const JSON_HEADERS = { 'content-type': 'application/json' };

describe('the listener of hot routes', () => {
  let url = '';
  let isOurs: () => boolean;
  let listener: HotListener;
  const server = createServer((_, response) => response.writeHead(418).end());
  beforeEach(async () => {
    isOurs = () => true;
    listener = new HotListener({
      maxBodyBytes: 100,
      isOurs: () => isOurs(),
      refuse: (cause, { id }, reply) =>
        reply
          .status(400)
          .header('content-type', 'text/plain')
          .send(`${(cause as PlumblineError).code} ${id.length} é`),
    });
    listener.add('/v1/projects/:project/others', async () => 'others');
    listener.add(ROUTE, async ({ params, body, id, headers }) => {
      if (body === 'bad') throw new PlumblineError('CONFLICT', 'no');
      return JSON.stringify({ params, body, isNamed: id.length === 36, key: headers['idempotency-key'] });
    });
    listener.listenTo(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.removeAllListeners('request');
    server.on('request', (_, response) => response.writeHead(418).end());
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const send = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, { method: 'POST', headers: JSON_HEADERS, body: '["é"]', ...init });

  it.each(['application/json', 'application/json; charset=utf-8'])('answers %s itself', async (type) => {
    for (let i = 0; i < 2; i++) {
      const answer = await send(PATH, { headers: { 'content-type': type, 'idempotency-key': 'k' } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(await answer.json()).toEqual({
        params: { project: 'p', thing: 't' },
        body: ['é'],
        isNamed: true,
        key: 'k',
      });
    }
  });

  it.each([
    ['what its method throws', '"bad"', 'CONFLICT'],
    ['no JSON', '{', 'INVALID_REQUEST'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'INVALID_REQUEST'],
    ['nothing', '', 'INVALID_REQUEST'],
  ])('refuses %s as the framework would', async (_, body, code) => {
    const answer = await send(PATH, { body });
    expect([answer.status, await answer.text()]).toEqual([400, `${code} 36 é`]);
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each<readonly [string, string, RequestInit]>([
    ['another method', PATH, { method: 'PUT' }],
    ['a path of no hot route', '/v1/projects/p/things/t/row', {}],
    ['an empty name', '/v1/projects//things/t/rows', {}],
    ['an escape', '/v1/projects/p%00/things/t/rows', {}],
    ['a query', `${PATH}?ack=logged`, {}],
    ['another media type', PATH, { headers: { 'content-type': 'application/x-ndjson' } }],
    ['no media type', PATH, { headers: { 'content-type': '' } }],
    ['an encoding', PATH, { headers: { ...JSON_HEADERS, 'content-encoding': 'gzip' }, body: gzipSync('1') }],
    ['a large body', PATH, { body: JSON.stringify('x'.repeat(100)) }],
    ['a body of unknown length', PATH, { body: new Blob(['1']).stream(), duplex: 'half' } as RequestInit],
  ])('leaves %s to the framework', async (_, path, init) => {
    expect((await send(path, init)).status).toBe(418);
  });

  it('leaves to the framework what is another process’s, and everything once it stops', async () => {
    isOurs = () => false;
    expect((await send(PATH)).status).toBe(418);
    isOurs = () => {
      throw new Error('nobody’s');
    };
    expect((await send(PATH)).status).toBe(418);
    isOurs = () => true;
    expect((await send(PATH)).status).toBe(200);
    listener.stop();
    expect((await send(PATH)).status).toBe(418);
  });
});
