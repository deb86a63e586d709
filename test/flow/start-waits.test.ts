import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Configuration, configurationIn } from '../../src/platform/configuration.js';
import type { HttpApplication } from '../../src/platform/http.js';
import { serve } from '../../src/serve.js';
import { isAsked } from '../counterparts/counterpart.js';
import { KAFKA } from '../counterparts/kafka.js';
import { POSTGRES } from '../counterparts/postgres.js';
import { type KafkaBroker, startKafka } from '../support/kafka.js';
import { reservePorts } from '../support/ports.js';
import { type PostgresServer, startPostgres } from '../support/postgres.js';
import type { ServerControl } from '../support/server-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { THING_DOCUMENTS } from '../support/thing-documents.js';

/** Longer than any server here takes to start. */
const PATIENT_MS = 60_000;

const ENGINES = [POSTGRES, KAFKA];

describe.skipIf(!ENGINES.every(isAsked))('a start while a server is away', () => {
  let servers: { readonly postgres: PostgresServer; readonly kafka: KafkaBroker };
  beforeAll(async () => {
    const [postgres, kafka] = await Promise.all([startPostgres(), startKafka()]);
    servers = { postgres, kafka };
  }, 120_000);
  afterAll(async () => {
    await Promise.all([servers.postgres.close(), servers.kafka.close()]);
  });

  const configuration = async (name: string): Promise<Configuration> => {
    const [port] = await reservePorts(1);
    const { postgres, kafka } = servers;
    const connection = { brokers: kafka.brokers, requestTimeoutMs: 1_000, tls: null, sasl: null };
    const topics = { topicPrefix: name, replication: 1, minInSync: 1 };
    return {
      ...configurationIn(temporaryFolder('waits')),
      port: port!,
      logLevel: 'silent',
      databaseUrl: await postgres.createDatabase(name),
      log: {
        engine: 'kafka',
        kafka: { connection, ...topics, compression: 'zstd', maxMessageBytes: 900 * 1024 },
      },
    };
  };

  it.each([
    ['postgres', /^the service waits to start: PostgreSQL at /],
    ['kafka', /^the service waits to start: Kafka at /],
  ] as const)(
    '%s: waits, says why where it will listen, and begins when it is back',
    async (name, waits) => {
      const server: ServerControl = servers[name];
      const of = await configuration(`without_${name}`);
      const url = `http://127.0.0.1:${of.port}`;
      const first = await serve(of);
      await post(`${url}/v1/projects/p/apply`, { documents: THING_DOCUMENTS });
      const pushed = await post(`${url}/v1/projects/p/sources/readings/rows`, { rows: [rowOf(1)] });
      expect(pushed).toMatchObject({ firstSequence: 0 });
      await first.close();
      await server.kill();
      let again: HttpApplication | null = null;
      const starting = serve(of, PATIENT_MS).then((app) => {
        again = app;
      });
      await expect
        .poll(() => errorOf(`${url}/health`), { timeout: 30_000 })
        .toEqual({ status: 503, code: 'UNAVAILABLE', message: expect.stringMatching(waits) });
      expect(again).toBeNull();
      await server.start();
      await starting;
      expect(await post(`${url}/v1/projects/p/sources/readings/rows`, { rows: [rowOf(2)] })).toMatchObject({
        firstSequence: 1,
      });
      await again!.close();

      await server.kill();
      try {
        await expect(serve(of, 1_500)).rejects.toThrow(
          /^the start was given up after 2 s: (PostgreSQL|Kafka) at 127\.0\.0\.1:/,
        );
      } finally {
        await server.start();
      }
    },
    120_000,
  );
});

function rowOf(k: number) {
  return { k, at: '2024-01-01T00:00:00Z' };
}

async function post(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer: unknown = await response.json();
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer;
}

/** Null while nothing listens. */
async function errorOf(url: string): Promise<object | null> {
  const response = await fetch(url).catch(() => null);
  if (response === null) return null;
  const { error } = (await response.json()) as { readonly error?: object };
  return { status: response.status, ...error };
}
