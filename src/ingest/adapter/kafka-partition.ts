import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type CompressionTypes } from 'kafkajs';
import { PlumblineError } from '../../definition/error.js';
import type { KafkaConnection, KafkaLogSettings } from '../../platform/kafka-settings.js';
import type { PartitionBounds } from '../stream-topic.js';
import { type KafkaCluster, kafkaClient } from './kafka-cluster.js';
import type { LogPartition, StoredMessage } from './log-partition.js';

/** Bytes of one read; a broker gives a whole batch in any case. */
const READ_BYTES = 4 * 1024 ** 2;

/** How long a broker looks for messages that are known to be there, milliseconds: its replicas may be a little behind. */
const READ_WAIT_MS = 500;

/** Before what failed is tried again, milliseconds. */
const PAUSE_MS = 20;

type Clusters = { readonly writer: KafkaCluster; readonly reader: KafkaCluster };

const COMPRESSIONS: Record<KafkaLogSettings['compression'], CompressionTypes> = {
  zstd: kafkajs.CompressionTypes.ZSTD,
  gzip: kafkajs.CompressionTypes.GZIP,
  none: kafkajs.CompressionTypes.None,
};

/** The only partition of a topic. */
export class KafkaPartition implements LogPartition {
  constructor(
    private readonly topic: string,
    private readonly settings: KafkaLogSettings,
    private readonly clusters: Clusters,
  ) {}

  append(values: readonly Buffer[]): Promise<bigint> {
    const compression = COMPRESSIONS[this.settings.compression];
    return this.clusters.writer.produce(this.topic, { partition: 0, values, compression });
  }

  async read(offset: bigint): Promise<readonly StoredMessage[]> {
    const wanted = [{ partition: 0, offset }];
    const [found] = await this.clusters.reader.fetch(this.topic, wanted, {
      maxBytes: READ_BYTES,
      maxWaitMs: READ_WAIT_MS,
    });
    return found?.messages ?? [];
  }

  async bounds(): Promise<PartitionBounds | null> {
    if ((await this.clusters.reader.partitions(this.topic)) === null) return null;
    const [bounds] = await this.clusters.reader.bounds(this.topic, [0]);
    return bounds ?? null;
  }

  async prepare(): Promise<void> {
    // Whoever makes topics beforehand need not allow it here.
    const isMissing = (await this.clusters.reader.partitions(this.topic)) === null;
    await withAdmin(this.settings.connection, async (admin) => {
      if (isMissing) {
        await admin.createTopics({ topics: [newTopic(this.topic, this.settings)], waitForLeaders: false });
        await this.appeared();
      }
      await requireKept(admin, this.topic);
    });
  }

  /** Brokers hear of a new topic one after the other. */
  private async appeared(): Promise<void> {
    const untilMs = performance.now() + this.settings.connection.requestTimeoutMs;
    while ((await this.clusters.reader.partitions(this.topic)) === null) {
      if (performance.now() > untilMs) throw new Error(`topic ${this.topic} was made and does not appear`);
      await sleep(PAUSE_MS);
    }
  }
}

/** The topic of a source: names have no "-", so no two share one; "." and "_" are one to Kafka's metrics, so neither stands between. */
export function topicOf({ topicPrefix }: KafkaLogSettings, source: string): string {
  return [topicPrefix, ...source.split('/')].join('-');
}

/** As messages name it. */
export function logName(source: string, topic: string): string {
  return `the log of source "${source}" (topic ${topic})`;
}

/** Kept for ever. On a single replica only the disk is left to keep a row, so it is written through. */
function newTopic(topic: string, { replication, minInSync }: KafkaLogSettings) {
  const settings: Readonly<Record<string, string>> = {
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'min.insync.replicas': String(minInSync),
    ...(replication === 1 && { 'flush.messages': '1' }),
  };
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  return { topic, numPartitions: 1, replicationFactor: replication, configEntries };
}

/** A topic that was there may be of anybody's making. */
async function requireKept(admin: Admin, topic: string): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const count = topics[0]?.partitions.length ?? 0;
  if (count !== 1)
    throw new PlumblineError(
      'INTERNAL',
      `topic ${topic} has ${count} partitions; the log of a source needs one of exactly one: remove it if it is not ours, or name another log.kafka.topicPrefix`,
    );
  const wanted: Readonly<Record<string, string>> = {
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
  };
  const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: Object.keys(wanted) };
  const { resources } = await admin.describeConfigs({ resources: [resource], includeSynonyms: false });
  const wrong = (resources[0]?.configEntries ?? []).filter(
    ({ configName, configValue }) => wanted[configName] !== configValue,
  );
  if (wrong.length === 0) return;
  const listed = wrong.map(({ configName, configValue }) => `${configName}=${configValue}`).join(', ');
  const remedy = wrong.map(({ configName }) => `${configName}=${wanted[configName]}`).join(', ');
  throw new PlumblineError('INTERNAL', `topic ${topic} would lose rows by ${listed}; set ${remedy}`);
}

async function withAdmin<T>(connection: KafkaConnection, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaClient(connection).admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    if (error instanceof PlumblineError) throw error;
    const text = error instanceof Error ? error.message : String(error);
    throw new PlumblineError(
      'UNAVAILABLE',
      `Kafka at ${connection.brokers.join(', ')} cannot be used: ${text}`,
    );
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
