import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Configuration } from '../../src/platform/configuration.js';
import { isAsked } from '../counterparts/counterpart.js';
import { REDIS } from '../counterparts/redis.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type RedisServers, startRedis } from '../support/redis.js';
import { redisSettings } from '../support/redis-settings.js';
import { CARD_DEFINITIONS } from './card-definitions.js';

const AT = '2013-07-01T00:00:00Z';

describe.skipIf(!isAsked(REDIS))('a service whose online state is on Redis', () => {
  let servers: RedisServers;
  let service: TestApp;
  let configuration: Partial<Configuration>;
  beforeAll(async () => {
    servers = await startRedis();
    configuration = { online: { engine: 'redis', redis: redisSettings(servers) } };
    service = await startTestApp({ configuration });
    expect((await service.yaml('/v1/projects/p/apply', CARD_DEFINITIONS)).status).toBe(200);
  });
  afterAll(async () => {
    await service.close();
    await servers.close();
  });

  const push = (amount: number) =>
    service.post('/v1/projects/p/sources/payments/rows', { rows: [{ card: 'a', at: AT, amount }] });
  const lookup = (body: object = {}) =>
    service.post('/v1/projects/p/online/lookup', {
      featureService: 'both',
      entities: [{ card: 'a' }, { card: null }],
      include: ['sequences'],
      ...body,
    });

  const retrieve = () =>
    service.post('/v1/projects/p/retrievals?featureService=both', {
      rows: [{ card: 'a', event_timestamp: new Date().toISOString() }],
    });

  it('serves rows and windows from Redis, over restarts', async () => {
    expect((await push(3)).status).toBe(200);
    expect((await push(4)).body).toMatchObject({ lastSequence: 1 });
    const answer = {
      results: [{ values: [4, 7] }, { values: [null, null] }],
      sequences: [
        { last: 1, spending: 1 },
        { last: null, spending: -1 },
      ],
    };
    expect((await lookup()).body).toMatchObject(answer);
    const { dataDir } = service;
    await service.stop();
    service = await startTestApp({ dataDir, configuration });
    expect((await lookup()).body).toMatchObject(answer);
    expect((await push(5)).body).toMatchObject({ lastSequence: 2 });
    expect((await lookup({ minSequence: { payments: 2 } })).body).toMatchObject({
      results: [{ values: [5, 12] }, { values: [null, null] }],
    });
  });

  it('answers 503 where it knows less than minSequence, and says what is no such thing', async () => {
    const ahead = await lookup({ minSequence: { payments: '1000' } });
    expect([ahead.status, ahead.body.error.code]).toEqual([503, 'UNAVAILABLE']);
    for (const [minSequence, path] of [
      [{ others: 1 }, '/minSequence/others'],
      [{ payments: 1.5 }, '/minSequence/payments'],
      [{ payments: null }, '/minSequence/payments'],
    ] as const) {
      const { status, body } = await lookup({ minSequence });
      expect([status, body.error.path]).toEqual([400, path]);
    }
  });

  it('answers 503 at once while Redis is gone, and serves again when it is back', async () => {
    await servers.nodes[0]!.kill();
    const gone = await lookup();
    expect([gone.status, gone.body.error.entities]).toEqual([503, [0]]);
    expect((await push(6)).status).toBe(503);
    // The row is logged, and history takes it behind online state: no frame lacks it without a word (S19).
    const lacking = await retrieve();
    expect([lacking.status, lacking.body.error.code]).toEqual([503, 'UNAVAILABLE']);
    await servers.nodes[0]!.start();
    await expect
      .poll(async () => (await lookup()).body.results?.[0].values, { timeout: 20_000 })
      .toEqual([6, 18]);
    expect((await retrieve()).body.rows).toMatchObject([{ last__amount: 6, spending__spent: 18 }]);
  });
});
