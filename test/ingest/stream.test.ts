import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, type Message } from 'kafkajs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StreamDocument } from '../../src/definition/stream-document.js';
import { KafkaTopics } from '../../src/ingest/adapter/kafka-topics.js';
import { SOURCE_LOG, type SourceLog } from '../../src/ingest/log.js';
import { type Configuration, configurationIn } from '../../src/platform/configuration.js';
import { isAsked } from '../counterparts/counterpart.js';
import { KAFKA } from '../counterparts/kafka.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { type KafkaBroker, startKafka } from '../support/kafka.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const AT = '2024-05-01T12:00:00Z';
const AT_MS = String(Date.parse(AT));
const running: { broker?: KafkaBroker } = {};
const apps: TestApp[] = [];
let shared: TestApp;
let projects = 0;
/** Of the project of one test. */
let project = '';

describe.skipIf(!isAsked(KAFKA))('a source with a stream', () => {
  beforeAll(async () => {
    running.broker = await startKafka();
    shared = await started();
  });
  beforeEach(() => {
    project = `/v1/projects/p${projects++}`;
  });
  afterAll(async () => {
    for (const app of apps) await app.stop();
    await running.broker?.close();
  });

  it('takes rows by value, key and time of messages; what is wrong is quarantined with its place', async () => {
    const topic = await newTopic(1);
    const service = shared;
    await apply(service, {
      topic,
      format: 'json',
      columns: { i: '/body/amount' },
      key: { format: 'text', column: 'k' },
      timestamp: 'at',
      empty: 'delete',
    });
    await send(topic, [
      { key: 'a', value: '{"body":{"amount":9007199254740993}}', timestamp: AT_MS },
      { key: 'b', value: '{"body":{"amount":1.5}}', timestamp: AT_MS },
      { key: 'c', value: 'no JSON', timestamp: AT_MS },
      { key: 'd', value: '{"body":{"amount":2},"more":1}', timestamp: AT_MS },
      { key: Buffer.from([0xff]), value: '{"body":{"amount":2}}', timestamp: AT_MS },
      { key: 'e', value: '{"body":{"amount":5}}', timestamp: AT_MS },
      { key: 'e', value: null, timestamp: String(Number(AT_MS) + 1) },
      { key: null, value: '{"body":{"amount":6}}', timestamp: AT_MS },
    ]);
    const figures = await caughtUp(service, 8);
    expect(figures).toMatchObject({ state: 'reading', rows: 3, quarantined: 5, missed: 0 });
    expect(figures).toMatchObject({
      watermark: '2024-05-01T12:00:00.001Z',
      partitions: [{ position: 8, end: 8 }],
    });
    expect(await latest(service, 'a')).toMatchObject({ i: '9007199254740993', at: AT });
    expect(await statusOf(service, 'e')).toBe('NOT_FOUND');
    const { items } = (await service.get(`${source()}/quarantine`)).body;
    expect(items.map((item: { delivery: string; ordinal: number }) => [item.delivery, item.ordinal])).toEqual(
      [1, 2, 3, 4, 7].map((offset) => [`stream:${topic}@1/0`, offset]),
    );
    expect(items[0]).toMatchObject({ row: { k: 'b', i: 1.5 }, problems: [{ path: '/i' }] });
    expect(items[1]).toMatchObject({ row: 'no JSON' });
    expect(items[4]).toMatchObject({ problems: [{ path: '/k' }] });
    const replayed = await service.post(`${source()}/quarantine/${items[0].id}/replay`, {
      row: { ...items[0].row, i: 7 },
    });
    expect(replayed.body).toMatchObject({ state: 'replayed' });
    expect(await latest(service, 'b')).toMatchObject({ i: 7 });
  });

  it.each([
    ['embedded, through a restart', false, []],
    ['on Kafka, through a restart without any view', true, ['online', 'identities', 'history.duckdb']],
  ])('takes every message once into a log that is %s', async (_, isOnKafka, lost) => {
    const topic = await newTopic(3);
    const engines = isOnKafka ? { log: kafkaLog() } : {};
    const first = await started(engines);
    await apply(first, { topic, format: 'json' });
    const sent = Array.from({ length: 10 }, (_each, part) => send(topic, hundred(part)));
    await Promise.all(sent.slice(0, 5));
    await send(topic, [{ key: 'x', value: '?' }]);
    await first.stop();
    for (const view of lost) rmSync(join(first.dataDir, view), { recursive: true, force: true });
    const again = await started({ dataDir: first.dataDir, ...engines });
    await Promise.all(sent);
    await caughtUp(again, 1_001);
    const name = `${project.slice('/v1/projects/'.length)}/readings`;
    expect(await again.app.get<SourceLog>(SOURCE_LOG).lastSequence(name)).toBe(1_000n);
    expect((await again.get(`${source()}/quarantine/counts`)).body.states).toMatchObject({ waiting: 1 });
    expect(await latest(again, '9-99')).toMatchObject({ i: 9 });
    await again.stop();
  });

  it('reads no message of a transaction that was given up', async () => {
    const topic = await newTopic(1);
    const service = shared;
    await apply(service, { topic, format: 'json' });
    const producer = client().producer({
      transactionalId: randomUUID(),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const [i, isKept] of [true, false, true, false].entries()) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: JSON.stringify({ k: 'a', at: AT, i }) }] });
      await (isKept ? transaction.commit() : transaction.abort());
    }
    await send(topic, [{ value: JSON.stringify({ k: 'b', at: AT, i: 9 }) }]);
    await producer.disconnect();
    expect(await caughtUp(service, 9)).toMatchObject({ rows: 3, quarantined: 0 });
    expect(await latest(service, 'a')).toMatchObject({ i: 2 });
  });

  it('reads Avro by the schema of its definition, and quarantines what is of another', async () => {
    const topic = await newTopic(1);
    const service = shared;
    const instant = { type: 'long', logicalType: 'timestamp-millis' };
    const fields = [
      { name: 'k', type: 'string' },
      { name: 'at', type: instant },
      { name: 'i', type: ['null', 'long'] },
    ];
    await apply(service, {
      topic,
      format: 'avro',
      schema: { type: 'record', name: 'Reading', fields },
      schemaIds: [7],
    });
    const value = (id: number, body: string) =>
      Buffer.from(`00${id.toString(16).padStart(8, '0')}${body}`, 'hex');
    // "a"; 1 ms; -3, the second of its union.
    const row = '0261020205';
    await send(topic, [
      { value: value(8, row) },
      { value: value(7, '0261') },
      { value: value(7, `${row}00`) },
      { value: Buffer.from('{}') },
      { value: value(7, row) },
    ]);
    expect(await caughtUp(service, 5)).toMatchObject({ rows: 1, quarantined: 4 });
    expect(await latest(service, 'a')).toMatchObject({ i: -3, at: '1970-01-01T00:00:00.001Z' });
    const { items } = (await service.get(`${source()}/quarantine`)).body;
    const problems = items.map(
      (item: { problems: readonly { message: string }[] }) => item.problems[0]!.message,
    );
    expect(problems).toEqual([
      'is of schema 8; known are 7',
      'is no value of the Avro schema: ends before its value does',
      'is no value of the Avro schema: has 1 bytes behind its value; another schema wrote it',
      'names no schema; known are 7',
    ]);
  });

  it('stops at a topic that was made anew, until its epoch is raised', async () => {
    const topic = await newTopic(1);
    const service = await started();
    await apply(service, { topic, format: 'json' });
    const messages = (k: string, timestamp: string) =>
      Array.from({ length: 3 }, (_, i) => ({
        value: JSON.stringify({ k: `${k}${i}`, at: AT, i }),
        timestamp,
      }));
    await send(topic, messages('old', AT_MS));
    await caughtUp(service, 3);
    await service.stop();
    await makeAnew(topic);
    await send(topic, [...messages('new', '5'), ...messages('newer', '6')]);
    const again = await started({ dataDir: service.dataDir });
    const failing = await until(again, ({ state }) => state === 'failing');
    expect(failing.problem).toContain('another message at offset 2 than was taken; write "epoch: 2"');
    expect(failing.rows).toBe(0);
    await apply(again, { topic, format: 'json', epoch: 2 });
    expect(await caughtUp(again, 6)).toMatchObject({ rows: 6, epoch: 2, state: 'reading' });
  });

  it('begins behind what is there, or says that there is nothing to read', async () => {
    const topic = await newTopic(1);
    await send(topic, [{ value: JSON.stringify({ k: 'old', at: AT, i: 1 }) }]);
    const service = await started();
    await apply(service, { topic, format: 'json', from: 'latest' });
    await caughtUp(service, 1);
    await service.stop();
    await send(
      topic,
      ['lost', 'new'].map((k) => ({ value: JSON.stringify({ k, at: AT, i: 2 }) })),
    );
    const partitions = [{ partition: 0, offset: '2' }];
    await admin(async (each) => {
      // It asks no broker which of them leads.
      await each.fetchTopicOffsets(topic);
      await each.deleteTopicRecords({ topic, partitions });
    });
    const again = await started({ dataDir: service.dataDir });
    expect(await caughtUp(again, 3)).toMatchObject({ rows: 1, missed: 1 });
    expect(await statusOf(again, 'old')).toBe('NOT_FOUND');
    expect(await latest(again, 'new')).toMatchObject({ i: 2 });
    await apply(again, { topic: 'there-is-none', format: 'json' });
    const failing = await until(again, ({ state, topic: read }) => read !== topic && state === 'failing');
    expect(failing.problem).toContain('the cluster has no topic "there-is-none"');
    expect(() => new KafkaTopics(null).open(topic)).toThrow('stream.kafka.brokers');
  });

  it('is retrieved with all that was acknowledged, while more rows wait for a broker that hangs', async () => {
    const topic = await newTopic(1);
    const service = await started({ log: kafkaLog() });
    await apply(service, { topic, format: 'json' });
    const push = (i: number) =>
      service.post(`${source()}/rows?ack=logged`, { rows: [{ k: 'a', at: AT, i }] });
    expect((await push(1)).status).toBe(200);
    running.broker!.pause();
    const waiting = push(2);
    const frame = { rows: [{ k: 'a', event_timestamp: new Date().toISOString() }] };
    const { status, body } = await service.post(`${project}/retrievals?featureService=all`, frame);
    running.broker!.resume();
    expect([status, body.rows?.[0].set__i]).toEqual([200, 1]);
    expect((await waiting).status).toBe(200);
  });

  it('goes on when the broker was killed and came back', async () => {
    const topic = await newTopic(1);
    const service = shared;
    await apply(service, { topic, format: 'json' });
    await send(topic, [{ value: JSON.stringify({ k: 'a', at: AT, i: 1 }) }]);
    await caughtUp(service, 1);
    await running.broker!.kill();
    await running.broker!.start();
    await send(topic, [{ value: JSON.stringify({ k: 'a', at: AT, i: 2 }) }]);
    expect(await caughtUp(service, 2)).toMatchObject({ rows: 2, quarantined: 0 });
  }, 120_000);
});

function source(): string {
  return `${project}/sources/readings`;
}

/** Rows of a part of what is sent. */
function hundred(part: number): readonly Message[] {
  return Array.from({ length: 100 }, (_, i) => ({
    key: String(i),
    value: JSON.stringify({ k: `${part}-${i}`, at: AT, i: part }),
  }));
}

type Figures = {
  readonly state: string;
  readonly problem: string | null;
  readonly topic: string;
  readonly lag: number | null;
  readonly rows: number;
  readonly partitions: readonly { readonly position: number }[];
};

async function started(
  given: Partial<Pick<Configuration, 'log' | 'stream' | 'dataDir'>> = {},
): Promise<TestApp> {
  const { dataDir = temporaryFolder('stream'), ...engines } = given;
  const connection = { brokers: running.broker!.brokers, tls: null, sasl: null, requestTimeoutMs: 10_000 };
  const app = await startTestApp({
    dataDir,
    configuration: { ...configurationIn(dataDir), logLevel: 'silent', stream: connection, ...engines },
  });
  apps.push(app);
  return app;
}

function kafkaLog(): Configuration['log'] {
  const connection = { brokers: running.broker!.brokers, tls: null, sasl: null, requestTimeoutMs: 10_000 };
  const topics = { topicPrefix: randomUUID(), replication: 1, minInSync: 1 };
  return {
    engine: 'kafka',
    kafka: { connection, ...topics, compression: 'zstd', maxMessageBytes: 900 * 1024 },
  };
}

async function apply(service: TestApp, stream: StreamDocument): Promise<void> {
  const columns = [
    { name: 'k', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'i', type: 'INT64' },
    ...(stream.empty === 'delete' ? [{ name: 'gone', type: 'BOOL' }] : []),
  ];
  const tombstone = stream.empty === 'delete' ? { tombstone: 'gone' } : {};
  const documents = [
    { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] },
    { kind: 'Source', name: 'readings', eventTime: 'at', columns, ...tombstone, stream },
    {
      kind: 'FeatureSet',
      name: 'set',
      entity: 'thing',
      source: 'readings',
      features: [{ name: 'i' }, { name: 'at' }],
    },
    { kind: 'FeatureService', name: 'all', entries: [{ featureSet: 'set' }] },
  ];
  const { status, body } = await service.post(`${project}/apply`, { documents });
  expect(body).not.toHaveProperty('error');
  expect(status).toBe(200);
}

async function until(service: TestApp, isSo: (figures: Figures) => boolean): Promise<Figures> {
  for (;;) {
    const { status, body } = await service.get(`${source()}/stream`);
    if (status === 200 && isSo(body)) return body;
    await sleep(20);
  }
}

/** Resolves when so many offsets are dealt with, and visible. */
async function caughtUp(service: TestApp, offsets: number): Promise<Figures> {
  const figures = await until(
    service,
    ({ partitions, lag }) =>
      lag === 0 && partitions.reduce((sum, { position }) => sum + position, 0) === offsets,
  );
  const marker = { k: 'visible', at: AT, i: 0 };
  const visible = await service.request('POST', `${source()}/rows`, {
    json: { rows: [marker] },
  });
  expect(visible.status).toBe(200);
  return figures;
}

async function answerOf(service: TestApp, k: string) {
  const body = { featureService: 'all', entities: [{ k }] };
  return (await service.post(`${project}/online/lookup`, body)).body;
}

async function latest(service: TestApp, k: string): Promise<unknown> {
  const { features, results } = await answerOf(service, k);
  const named = features.map((name: string, i: number) => [name.slice('set__'.length), results[0].values[i]]);
  return Object.fromEntries(named);
}

async function statusOf(service: TestApp, k: string): Promise<string> {
  return (await answerOf(service, k)).results[0].statuses[0];
}

function client(): Kafka {
  return new Kafka({ brokers: [...running.broker!.brokers], logLevel: 0 });
}

async function admin(work: (admin: ReturnType<Kafka['admin']>) => Promise<unknown>): Promise<void> {
  const each = client().admin();
  await each.connect();
  await work(each);
  await each.disconnect();
}

async function newTopic(numPartitions: number, topic = `t-${randomUUID()}`): Promise<string> {
  await admin(async (each) => {
    await each.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: false });
    const isThere = () => each.fetchTopicMetadata({ topics: [topic] }).catch(() => null);
    while ((await isThere()) === null) await sleep(20);
  });
  return topic;
}

/** A topic of the same name, once the old one is gone: brokers remove it when they come to it. */
async function makeAnew(topic: string): Promise<void> {
  await admin((each) => each.deleteTopics({ topics: [topic] }));
  await admin(async (each) => {
    while ((await each.listTopics()).includes(topic)) await sleep(50);
  });
  await newTopic(1, topic);
}

async function send(topic: string, messages: readonly Message[]): Promise<void> {
  const producer = client().producer();
  await producer.connect();
  await producer.send({ topic, messages: [...messages] });
  await producer.disconnect();
}
