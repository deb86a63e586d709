import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedLog } from '../../src/ingest/adapter/embedded-log.js';
import { EmbeddedLogCopy } from '../../src/ingest/adapter/embedded-log-copy.js';
import { KafkaLog } from '../../src/ingest/adapter/kafka-log.js';
import { KafkaLogCopy } from '../../src/ingest/adapter/kafka-log-copy.js';
import { PartitionCopy } from '../../src/ingest/adapter/partition-copy.js';
import type { CopiedLog, LogRun } from '../../src/ingest/copied-log.js';
import type { LogEntry, SourceLog } from '../../src/ingest/log.js';
import { copyLog, logDigest } from '../../src/ingest/log-copy.js';
import type { KafkaLogSettings } from '../../src/platform/kafka-settings.js';
import { isAsked } from '../counterparts/counterpart.js';
import { KAFKA } from '../counterparts/kafka.js';
import { type KafkaBroker, startKafka } from '../support/kafka.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { all, entry, plain } from './source-log.suite.js';
import { randomFrom, UnreliablePartition } from './unreliable-partition.js';

/** A log's place: opened as a service does, or to be copied. */
type Place = { readonly serve: () => SourceLog; readonly copy: () => CopiedLog };

const SOURCES = ['p/a', 'p/b', 'p/none'];
const SMALL_MESSAGE_BYTES = 4096;

const closed: { close(): Promise<void> }[] = [];
const running: { broker?: KafkaBroker } = {};

function kept<T extends { close(): Promise<void> }>(opened: T): T {
  closed.push(opened);
  return opened;
}

function embedded(): Place {
  const folder = temporaryFolder('log-copy');
  return { serve: () => kept(new EmbeddedLog(folder)), copy: () => kept(new EmbeddedLogCopy(folder)) };
}

function onKafka(): Place {
  const settings: KafkaLogSettings = {
    connection: { brokers: running.broker!.brokers, tls: null, sasl: null, requestTimeoutMs: 10_000 },
    topicPrefix: `copy-${randomUUID()}`,
    replication: 1,
    minInSync: 1,
    compression: 'none',
    maxMessageBytes: SMALL_MESSAGE_BYTES,
  };
  return { serve: () => kept(new KafkaLog(settings)), copy: () => kept(new KafkaLogCopy(settings)) };
}

afterEach(async () => {
  for (const log of closed.splice(0)) await log.close();
});

/** Several lives of a service: rows one by one and many at once, entries larger than a message, epochs without rows. */
async function live({ serve }: Place, lives = [[1, 1, 1], [], [400, 2], [3]]): Promise<void> {
  for (const counts of lives) {
    const log = serve();
    for (const source of SOURCES) await log.epoch(source);
    for (const count of counts)
      await log.append('p/a', { ...entry(count), arrivalUs: BigInt(count), door: doorOf(count) });
    await Promise.all(counts.map((count) => log.append('p/b', entry(count))));
    await log.close();
  }
}

function doorOf(count: number): LogEntry['door'] {
  const tally = { quarantined: count, held: 0, duplicates: 1 };
  return { kind: 'keyed', key: `k${count}`, bodyHash: 'b', tally };
}

/** Fails once it was asked for so many runs, as if it were killed; null never does. */
function dying(log: CopiedLog, after: number): CopiedLog {
  let appended = 0;
  return Object.assign(Object.create(log) as CopiedLog, {
    append: async (source: string, run: LogRun) => {
      if (appended++ === after) throw new Error('killed');
      await log.append(source, run);
    },
  });
}

async function copyAll(from: CopiedLog, to: CopiedLog): Promise<void> {
  for (const source of SOURCES) await copyLog(source, { from, to }, () => undefined);
}

function copySuite(name: string, places: () => readonly [Place, Place]): void {
  describe(`copying a log, ${name}`, () => {
    it('keeps every row, sequence and epoch, killed at any place, and the service goes on behind them', async () => {
      const [from, to] = places();
      await live(from);
      const original = from.copy();
      for (let after = 0; after < 6; after++) {
        const target = dying(to.copy(), after % 2);
        await copyAll(original, target).catch((error: Error) => expect(error.message).toBe('killed'));
      }
      await copyAll(original, to.copy());
      const copy = to.copy();
      for (const source of SOURCES) {
        expect(await logDigest(source, copy)).toBe(await logDigest(source, original));
        expect((await copy.end(source)).next).toBe((await original.end(source)).next);
      }
      const epochs = (await original.end('p/a')).epoch;
      const [before, after] = [from.serve(), to.serve()];
      for (const source of SOURCES)
        expect(plain(await all(after, source, 0n))).toEqual(plain(await all(before, source, 0n)));
      const next = await after.append('p/a', entry(1));
      expect(next.firstSequence).toBe(408n);
      expect(next.epoch).toBeGreaterThan(epochs);
    });

    it('refuses a target that holds something else, or more', async () => {
      const [from, to] = places();
      for (const [place, counts] of [
        [from, [5, 5]],
        [to, [3]],
      ] as const) {
        const log = place.serve();
        for (const count of counts) await log.append('p/a', entry(count));
        await log.close();
      }
      await expect(copyAll(from.copy(), to.copy())).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(copyAll(to.copy(), from.copy())).rejects.toThrow(/reaches 9, and is to reach 2/);
    });
  });
}

copySuite('from files to files', () => [embedded(), embedded()]);

describe.skipIf(!isAsked(KAFKA))('Kafka', () => {
  beforeAll(async () => {
    running.broker = await startKafka();
  });
  afterAll(async () => {
    await running.broker?.close();
  });
  copySuite('from files to Kafka', () => [embedded(), onKafka()]);
  copySuite('from Kafka to files', () => [onKafka(), embedded()]);
});

it('ends right in a partition where requests get lost, come late or twice', async () => {
  const from = embedded();
  await live(from, [[1, 1, 1], [], [30, 2], [3]]);
  const original = from.copy();
  const digest = await logDigest('p/a', original);
  const { epoch } = await original.end('p/a');
  for (let seed = 1; seed <= 40; seed++) {
    const partition = new UnreliablePartition(randomFrom(seed));
    await ended(() => copyLog('p/a', { from: original, to: copyOn(partition) }, () => undefined));
    partition.settle();
    await ended(async () => {
      expect(await logDigest('p/a', copyOn(partition)), `seed ${seed}`).toBe(digest);
      expect((await copyOn(partition).end('p/a')).epoch).toBe(epoch);
    });
  }
});

/** As a process that begins does. */
function copyOn(partition: UnreliablePartition): CopiedLog {
  const copy = new PartitionCopy('the log', partition, TWO_PARTS_BYTES);
  return {
    runBytes: TWO_PARTS_BYTES,
    end: () => copy.end(),
    runs: (_, from) => copy.runs(from),
    rows: (_, from) => copy.rows(from),
    append: (_, run) => copy.append(run),
    raise: (_, to) => copy.raise(to),
    close: async () => undefined,
  };
}

/** Of 30 rows. */
const TWO_PARTS_BYTES = 1024;
const MAX_TRIES = 5_000;

/** Does it again until nothing gets lost on the way. */
async function ended(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const isFault = error instanceof Error && (error.message === 'no answer' || 'code' in error);
      if (!isFault || tries === MAX_TRIES) throw error;
    }
  }
}
