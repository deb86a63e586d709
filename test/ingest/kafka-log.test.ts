import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Column, columnOf } from '../../src/definition/column-batch.js';
import { KafkaCluster, kafkaClient } from '../../src/ingest/adapter/kafka-cluster.js';
import { KafkaLog } from '../../src/ingest/adapter/kafka-log.js';
import type { LogEntry } from '../../src/ingest/log.js';
import type { KafkaConnection, KafkaLogSettings } from '../../src/platform/kafka-settings.js';
import { isAsked } from '../counterparts/counterpart.js';
import { KAFKA } from '../counterparts/kafka.js';
import { type KafkaBroker, startKafka } from '../support/kafka.js';
import { all, entry, plain, sourceLogSuite } from './source-log.suite.js';

const running: { broker?: KafkaBroker } = {};
const logs: KafkaLog[] = [];

describe.skipIf(!isAsked(KAFKA))('Kafka', () => {
  beforeAll(async () => {
    running.broker = await startKafka();
  });
  afterEach(async () => {
    for (const log of logs.splice(0)) await log.close();
  });
  afterAll(async () => {
    await running.broker?.close();
  });

  sourceLogSuite('Kafka', () => opened({}));

  for (const compression of ['gzip', 'none'] as const)
    it(`gives back what it wrote with compression "${compression}"`, async () => {
      const { log, reopen } = opened({ compression });
      const logged = await log.append('p/a', entry(100));
      expect(plain(await all(await reopen(), 'p/a', 0n))).toEqual(plain([logged]));
    });

  it('goes from owner to owner and back; whoever released it sees where it ends now', async () => {
    const { log, takeOver } = opened({});
    const mine = await log.append('p/a', entry(2));
    await log.release('p/a');
    const other = await takeOver();
    const theirs = await other.append('p/a', entry(3));
    expect(await log.lastSequence('p/a')).toBe(4n);
    await other.release('p/a');
    expect(await log.take('p/a')).toBeGreaterThan(theirs.epoch);
    const again = await log.append('p/a', entry(1));
    expect(plain(await all(other, 'p/a', 0n))).toEqual(plain([mine, theirs, again]));
  });

  it('cuts entries that are larger than a message, and joins small ones', async () => {
    const { log, reopen } = opened({ maxMessageBytes: 4096, compression: 'none' });
    const entries = [large(10), large(20_000), large(10), ...Array.from({ length: 50 }, () => large(1))];
    const logged = await Promise.all(entries.map((each) => log.append('p/a', each)));
    const again = await reopen();
    expect(plain(await all(again, 'p/a', 0n))).toEqual(plain(logged));
    expect(plain(await all(again, 'p/a', 20_015n))).toEqual(plain(logged.slice(2)));
  });

  it('keeps on through a broker that is killed and comes back: nothing twice, nothing lost', async () => {
    const { log, reopen } = opened({});
    const before = await log.append('p/a', entry(1));
    const appended: Promise<boolean>[] = [];
    const push = (): void => {
      const isLogged = log.append('p/a', entry(2)).then(
        () => true,
        () => false,
      );
      appended.push(isLogged);
    };
    const pushing = setInterval(push, 10);
    await sleep(300);
    await running.broker!.kill();
    await running.broker!.start();
    clearInterval(pushing);
    const acknowledged = (await Promise.all(appended)).filter((isLogged) => isLogged).length;
    const after = await log.append('p/a', entry(1));
    const rows = await all(await reopen(), 'p/a', 0n);
    expect(rows).toHaveLength(acknowledged + 2);
    expect(rows[0]!.firstSequence).toBe(before.firstSequence);
    expect(after.firstSequence).toBe(BigInt(2 * acknowledged + 1));
  }, 120_000);

  it('asks the broker for a topic that loses nothing', async () => {
    const { log, settings } = opened({});
    await log.append('p/a', entry(1));
    const admin = kafkaClient(settings.connection).admin();
    await admin.connect();
    for (const [topic, numPartitions, retention] of [
      ['p-b', 1, '1000'],
      ['p-c', 2, '-1'],
    ] as const) {
      const configEntries = [{ name: 'retention.ms', value: retention }];
      await admin.createTopics({
        topics: [{ topic: `${settings.topicPrefix}-${topic}`, numPartitions, configEntries }],
      });
    }
    await admin.disconnect();
    await expect(log.append('p/b', entry(1))).rejects.toThrow(
      /would lose rows by retention.ms=1000; set retention.ms=-1/,
    );
    await expect(log.append('p/c', entry(1))).rejects.toThrow(/has 2 partitions/);
    expect(await log.lastSequence('p/a')).toBe(0n);
  });

  it('refuses to read a topic in which somebody else writes', async () => {
    const { log, reopen, settings } = opened({});
    await log.append('p/a', entry(1));
    const again = await reopen();
    const cluster = new KafkaCluster(settings.connection, 'uncommitted');
    await cluster.produce(`${settings.topicPrefix}-p-a`, {
      partition: 0,
      values: [Buffer.from('{}')],
      compression: 0,
    });
    await cluster.close();
    await expect(all(again, 'p/a', 0n)).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(again.append('p/a', entry(1))).rejects.toThrow(/did not write/);
  });

  it('comes in by TLS with an account, and says why where it may not', async () => {
    const { brokers, caFile, username, password } = running.broker!.secured;
    const tls = { ca: readFileSync(caFile, 'utf8') };
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
      const { log } = opened({
        connection: connectionTo(brokers, { tls, sasl: { mechanism, username, password } }),
      });
      expect((await log.append('p/a', entry(1))).firstSequence).toBe(0n);
    }
    const refused: readonly [Partial<KafkaConnection>, RegExp][] = [
      [{ tls, sasl: { mechanism: 'scram-sha-512', username, password: 'wrong' } }, /Authentication failed/i],
      [{ tls: {}, sasl: { mechanism: 'plain', username, password } }, /certificate/],
      [{ brokers: ['127.0.0.1:1'] }, /Kafka at 127.0.0.1:1 cannot be used: .*ECONNREFUSED/],
      [{ brokers: ['no-such-host.invalid:9092'] }, /ENOTFOUND|EAI_AGAIN/],
    ];
    for (const [settings, message] of refused) {
      const { log } = opened({ connection: connectionTo(brokers, { requestTimeoutMs: 300, ...settings }) });
      await expect(log.lastSequence('p/a')).rejects.toThrow(message);
      await expect(log.epoch('p/a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
  });
});

function opened(given: Partial<KafkaLogSettings>) {
  const settings: KafkaLogSettings = {
    connection: connectionTo(running.broker!.brokers, {}),
    topicPrefix: `test-${randomUUID()}`,
    replication: 1,
    minInSync: 1,
    compression: 'zstd',
    maxMessageBytes: 900 * 1024,
    ...given,
  };
  const log = openWith(settings);
  return {
    log,
    settings,
    reopen: async () => {
      await log.close();
      return openWith(settings);
    },
    takeOver: async () => {
      const next = openWith(settings);
      await next.epoch('p/a');
      return next;
    },
  };
}

function openWith(settings: KafkaLogSettings): KafkaLog {
  const log = new KafkaLog(settings);
  logs.push(log);
  return log;
}

function connectionTo(brokers: readonly string[], given: Partial<KafkaConnection>): KafkaConnection {
  return { brokers, tls: null, sasl: null, requestTimeoutMs: 10_000, ...given };
}

/** Rows of 28 bytes or so that do not compress. */
function large(rowCount: number): LogEntry {
  const texts = Array.from({ length: rowCount }, () => randomUUID().slice(0, 24));
  const columns = new Map<string, Column>([['s', columnOf('STRING', texts)]]);
  return { ...entry(0), rows: { rowCount, columns } };
}
