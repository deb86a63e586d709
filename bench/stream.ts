import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import { type RunningService, startService } from '../demo/service.js';
import { PlumblineClient } from '../sdk/typescript/src/client.js';
import type { Document } from '../src/definition/document.js';
import { startKafka } from '../test/support/kafka.js';
import { startPostgres } from '../test/support/postgres.js';
import { startRedisCluster } from '../test/support/redis-cluster.js';
import type { BenchResult } from './conditions.js';
import { freshness } from './freshness.js';
import { cpuSeconds, usageOf } from './process-usage.js';
import { BenchTopic } from './stream-topic.js';
import { COUNTED, WINDOW_BASE, WINDOW_SOURCE, windowDocuments } from './windows-data.js';

const ROWS = 1_000_000;
const KEYS = 100_000;
const ROWS_A_SEND = 5_000;

/** Rows that were logged may wait to be applied: some 260,000 of them, a minute on a busy machine. */
const APPLIED_WITHIN_MS = 300_000;

/** How often it is asked how far the stream was taken. */
const POLL_MS = 50;

/** What the stream is to do a second: freshness is measured at half of it, or of what it does where that is less. */
export const LEAST_ROWS_A_SECOND = 30_000;

/** Rows are of the hours before, a millisecond apart. */
const SPAN_MS = 7_200_000;

/**
 * Rows from a topic of Kafka to a Redis Cluster and history, through a log on Kafka, with twelve windowed features over them: rows a
 * second until all are visible; what a bare consumer of the same client library reads a second there, which is its ceiling; and
 * how long a row takes from its sender to an answer, at half that rate. `share` makes it smaller, to try it.
 */
export async function stream(share: number): Promise<BenchResult> {
  const rows = Math.ceil(ROWS * share);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-stream-'));
  const [postgres, redis, kafka] = [await startPostgres(), await startRedisCluster(), await startKafka()];
  const topic = await BenchTopic.make(kafka.brokers);
  const service = await startService({
    dataDir: join(folder, 'data'),
    dataRoots: [folder],
    settings: {
      PLUMBLINE_DATABASE_URL: postgres.url,
      PLUMBLINE_ONLINE_ENGINE: 'redis',
      PLUMBLINE_ONLINE_REDIS_NODES: redis.addresses.map(({ host, port }) => `${host}:${port}`).join(','),
      PLUMBLINE_LOG_ENGINE: 'kafka',
      PLUMBLINE_LOG_KAFKA_BROKERS: kafka.brokers.join(','),
      PLUMBLINE_LOG_KAFKA_REPLICATION: '1',
      PLUMBLINE_LOG_KAFKA_MIN_IN_SYNC: '1',
      PLUMBLINE_STREAM_KAFKA_BROKERS: kafka.brokers.join(','),
    },
  });
  try {
    return await measure({ service, topic, rows });
  } finally {
    await service.stop();
    await topic.close();
    await Promise.all([postgres.close(), redis.close(), kafka.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

type Bench = { readonly service: RunningService; readonly topic: BenchTopic; readonly rows: number };

async function measure({ service, topic, rows }: Bench): Promise<BenchResult> {
  const client = new PlumblineClient({
    baseUrl: service.baseUrl,
    project: 'bench',
    deadlineMs: APPLIED_WITHIN_MS,
  });
  const beginMs = Date.now() - SPAN_MS;
  for (let sent = 0; sent < rows; sent += ROWS_A_SEND) {
    const count = Math.min(ROWS_A_SEND, rows - sent);
    await topic.send(Array.from({ length: count }, (_, i) => messageOf(sent + i, beginMs)));
  }
  const bareSeconds = await topic.bareSeconds(rows);
  const used = await usageOf(service.pid, async () => {
    await client.apply(documents(topic.name));
    await untilTaken(service, rows);
    await untilApplied(client, beginMs);
  });
  const counted = await countedRows(client, rows);
  const rowsPerSecond = rows / used.seconds;
  const bareRowsPerSecond = rows / bareSeconds;
  const cpuBefore = await cpuSeconds(service.pid);
  const rate = Math.min(rowsPerSecond, leastRowsPerSecond(bareRowsPerSecond)) / 2;
  const fresh = await freshness({ service, topic, rowsPerSecond: rate, keys: KEYS });
  return {
    ok: counted.isRight && fresh.missed === 0,
    metrics: {
      rowsPerSecond: Math.round(rowsPerSecond),
      bareRowsPerSecond: Math.round(bareRowsPerSecond),
      ratioToBare: rounded(bareSeconds / used.seconds),
      cpuMicrosecondsARow: rounded((used.cpuSeconds / rows) * 1e6),
      freshnessP50Ms: rounded(fresh.p50Ms),
      freshnessP99Ms: rounded(fresh.p99Ms),
      freshnessRowsPerSecond: Math.round(fresh.rowsPerSecond),
      freshnessCpuSeconds: rounded((await cpuSeconds(service.pid)) - cpuBefore),
      freshnessProbes: fresh.probes,
      missedProbes: fresh.missed,
      peakRssMiB: Math.round(used.peakRssMiB),
      rows,
    },
  };
}

/** What the stream is to do a second beside a client that reads so many and does nothing with them. */
export function leastRowsPerSecond(bareRowsPerSecond: number): number {
  return Math.min(LEAST_ROWS_A_SECOND, bareRowsPerSecond / 2);
}

function messageOf(i: number, beginMs: number): Message {
  const at = new Date(beginMs + i).toISOString();
  const key = (i * 7_919) % KEYS;
  const row = { meter_id: key, event_ts: at, created_ts: at, counted: i % 10_000 };
  return { key: String(key), value: JSON.stringify(row) };
}

function documents(topic: string): readonly Document[] {
  const base = WINDOW_BASE.map((document) =>
    document.kind === 'Source' ? { ...document, stream: { topic, format: 'json' as const } } : document,
  );
  return [...base, ...windowDocuments(COUNTED)];
}

/** Rows that a stream has taken are in the log. */
async function untilTaken({ baseUrl }: RunningService, rows: number): Promise<void> {
  for (;;) {
    const response = await fetch(`${baseUrl}/v1/projects/bench/sources/${WINDOW_SOURCE}/stream`);
    const figures = (await response.json()) as { readonly rows?: number; readonly problem?: string | null };
    if (figures.rows === rows) return;
    if (figures.problem) throw new Error(figures.problem);
    await sleep(POLL_MS);
  }
}

/** A row behind all of them is visible, and in history, when they are. */
async function untilApplied(client: PlumblineClient, beginMs: number): Promise<void> {
  const at = new Date(beginMs).toISOString();
  await client.push(WINDOW_SOURCE, [{ meter_id: -1, event_ts: at, created_ts: at, counted: 0 }]);
}

/** The windows of some keys count just the rows that were sent. */
async function countedRows(client: PlumblineClient, rows: number): Promise<{ readonly isRight: boolean }> {
  const asked = Array.from({ length: 1_000 }, (_, key) => key);
  const expected = new Map<number, number>();
  for (let i = 0; i < rows; i++) {
    const key = (i * 7_919) % KEYS;
    if (key < asked.length) expected.set(key, (expected.get(key) ?? 0) + 1);
  }
  const answer = await client.lookup(
    COUNTED.name,
    asked.map((meter_id) => ({ meter_id })),
  );
  const place = answer.features.indexOf(`${COUNTED.name}__count_7d`);
  return {
    isRight: asked.every((key) => Number(answer.results[key]!.values[place]) === (expected.get(key) ?? 0)),
  };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
