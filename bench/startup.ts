import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startService } from '../demo/service.js';
import { PlumblineClient } from '../sdk/typescript/src/client.js';
import { startKafka } from '../test/support/kafka.js';
import { startPostgres } from '../test/support/postgres.js';
import { startRedis } from '../test/support/redis.js';
import { type BenchResult, median } from './conditions.js';
import { rssMiB } from './process-usage.js';
import { COUNTED, WINDOW_BASE, WINDOW_SOURCE, windowDocuments } from './windows-data.js';

const STARTS = 5;

/** What a service does once it is up, it has done by then. */
const IDLE_MS = 10_000;

/**
 * The service over PostgreSQL, Redis and Kafka, as in production: from the start of its process to its first healthy answer, and its
 * resident memory ten seconds later, with definitions and rows that it takes up again. The first start, which makes the
 * registry's tables, is told apart.
 */
export async function startup(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-startup-'));
  const [postgres, redis, kafka] = [await startPostgres(), await startRedis(), await startKafka()];
  const settings = {
    PLUMBLINE_DATABASE_URL: postgres.url,
    PLUMBLINE_ONLINE_ENGINE: 'redis',
    PLUMBLINE_ONLINE_REDIS_URL: `redis://127.0.0.1:${redis.addresses[0]!.port}`,
    PLUMBLINE_LOG_ENGINE: 'kafka',
    PLUMBLINE_LOG_KAFKA_BROKERS: kafka.brokers.join(','),
    PLUMBLINE_LOG_KAFKA_REPLICATION: '1',
    PLUMBLINE_LOG_KAFKA_MIN_IN_SYNC: '1',
  };
  const start = () => startService({ dataDir: join(folder, 'data'), dataRoots: [folder], settings });
  try {
    const first = await start();
    await prepare(first.baseUrl);
    await first.stop();
    const runs: { readonly seconds: number; readonly idleMiB: number }[] = [];
    for (let i = 0; i < STARTS; i++) {
      const service = await start();
      await sleep(IDLE_MS);
      runs.push({ seconds: service.startSeconds, idleMiB: await rssMiB(service.pid) });
      await service.stop();
    }
    return {
      ok: true,
      metrics: {
        firstSeconds: first.startSeconds,
        seconds: median(runs.map(({ seconds }) => seconds)),
        idleRssMiB: Math.round(median(runs.map(({ idleMiB }) => idleMiB))),
      },
    };
  } finally {
    await Promise.all([postgres.close(), redis.close(), kafka.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

const ROWS = 1_000;

/** Twelve windowed features and rows of a day that they look back on. */
async function prepare(baseUrl: string): Promise<void> {
  const client = new PlumblineClient({ baseUrl, project: 'bench' });
  await client.apply([...WINDOW_BASE, ...windowDocuments(COUNTED)]);
  const beginMs = Date.now() - 86_400_000;
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const at = new Date(beginMs + i * 60_000).toISOString();
    return { meter_id: i % 100, event_ts: at, created_ts: at, counted: i };
  });
  await client.push(WINDOW_SOURCE, rows);
}
