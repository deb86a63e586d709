import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, {
  type Broker,
  type Cluster,
  type CompressionTypes,
  type Kafka,
  type SASLOptions,
} from 'kafkajs';
import { PlumblineError } from '../../definition/error.js';
import type { KafkaConnection } from '../../platform/kafka-settings.js';
import type { PartitionBounds, PartitionMessages, PartitionOffset } from '../stream-topic.js';
import { fetchedPartitions } from './kafka-fetched.js';

/** Time for a broker to take a connection, and to take an account, milliseconds. */
const CONNECT_MS = 5_000;

/** How old may be what is known of topics and leaders, where nothing fails, milliseconds. */
const METADATA_MS = 30_000;

/** Pauses between tries, milliseconds. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/** How much, and how long to wait for it where there is nothing. */
export type FetchLimits = { readonly maxBytes: number; readonly maxWaitMs: number };

/**
 * A Kafka cluster, asked directly: the broker that leads a partition is told what to write or from where to give. Brokers
 * answer the requests of a connection one by one, so what must not wait behind a fetch has a cluster of its own.
 */
export class KafkaCluster {
  private readonly cluster: Cluster;
  private connecting: Promise<void> | null = null;
  private readonly closing = new AbortController();

  constructor(
    private readonly connection: KafkaConnection,
    /** Whether messages of transactions that are open, or were given up, are read. */
    isolation: 'committed' | 'uncommitted',
  ) {
    this.isCommitted = isolation === 'committed';
    this.cluster = clusterOf(connection, this.isCommitted);
  }

  private readonly isCommitted: boolean;

  /** Numbers of a topic's partitions; null where there is no such topic. */
  async partitions(topic: string): Promise<readonly number[] | null> {
    try {
      return await this.again(async () => {
        await this.know(topic);
        return this.cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
      });
    } catch (error) {
      if (isUnknownTopic(error)) return null;
      throw this.unavailable(error);
    }
  }

  /** Appends to a partition, once: without an answer nothing is known. Gives the offset of the first message. */
  async produce(topic: string, { partition, values, compression }: ProduceRequest): Promise<bigint> {
    await this.know(topic);
    const messages = values.map((value) => ({ key: null, value }));
    try {
      const broker = await this.leaderOf(topic, partition);
      const answer: ProduceAnswer = await broker.produce({
        acks: -1,
        timeout: this.connection.requestTimeoutMs,
        compression,
        topicData: [{ topic, partitions: [{ partition, messages }] }],
      });
      return BigInt(answer.topics[0]!.partitions[0]!.baseOffset);
    } catch (error) {
      await this.refresh();
      throw this.unavailable(error);
    }
  }

  /** Messages of some partitions of a topic, at least one of each that has any, and what is known beside. */
  async fetch(
    topic: string,
    wanted: readonly PartitionOffset[],
    limits: FetchLimits,
  ): Promise<readonly PartitionMessages[]> {
    return this.asking(topic, async () => {
      const leaders = this.cluster.findLeaderForPartitions(
        topic,
        wanted.map(({ partition }) => partition),
      );
      const answers = await Promise.all(
        Object.entries(leaders).map(async ([nodeId, partitions]) => {
          const broker = await this.cluster.findBroker({ nodeId });
          const own = wanted.filter(({ partition }) => partitions.includes(partition));
          return fetchedPartitions(await this.fetchFrom(broker, topic, own, limits), own, this.isCommitted);
        }),
      );
      return answers.flat();
    });
  }

  /** Bounds of some partitions, in their order. */
  async bounds(topic: string, partitions: readonly number[]): Promise<readonly PartitionBounds[]> {
    return this.asking(topic, async () => {
      const asked = { topic, partitions: partitions.map((partition) => ({ partition })) };
      const [starts, ends] = await Promise.all(
        [true, false].map((fromBeginning) => this.cluster.fetchTopicsOffset([{ ...asked, fromBeginning }])),
      );
      return partitions.map((partition) => ({
        start: offsetIn(starts, partition),
        end: offsetIn(ends, partition),
      }));
    });
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.connecting?.catch(() => undefined);
    await this.cluster.disconnect();
  }

  private async fetchFrom(
    broker: Broker,
    topic: string,
    wanted: readonly PartitionOffset[],
    { maxBytes, maxWaitMs }: FetchLimits,
  ): Promise<unknown> {
    const partitions = wanted.map(({ partition, offset }) => ({
      partition,
      fetchOffset: String(offset),
      maxBytes,
    }));
    return broker.fetch({
      maxWaitTime: maxWaitMs,
      minBytes: 1,
      maxBytes: maxBytes * wanted.length,
      isolationLevel: this.isCommitted ? 1 : 0,
      topics: [{ topic, partitions }],
    });
  }

  private async asking<T>(topic: string, work: () => Promise<T>): Promise<T> {
    try {
      return await this.again(async () => {
        await this.know(topic);
        return work();
      });
    } catch (error) {
      throw this.unavailable(error);
    }
  }

  /** What only asks may be asked again, for as long as one request may take: leaders change, and brokers start anew. */
  private async again<T>(work: () => Promise<T>): Promise<T> {
    const untilMs = performance.now() + this.connection.requestTimeoutMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await work();
      } catch (error) {
        const isLate = performance.now() + pauseMs > untilMs;
        if (isLate || this.closing.signal.aborted || isFinal(error)) throw error;
        await sleep(pauseMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
        await this.refresh();
      }
    }
  }

  private async know(topic: string): Promise<void> {
    if (this.closing.signal.aborted)
      throw new PlumblineError('UNAVAILABLE', 'the service is stopping; try again later');
    this.connecting ??= this.cluster.connect();
    await this.connecting.catch((error: unknown) => {
      this.connecting = null;
      throw error;
    });
    await this.cluster.addTargetTopic(topic);
    await this.cluster.refreshMetadataIfNecessary();
  }

  private async leaderOf(topic: string, partition: number): Promise<Broker> {
    const [nodeId] = Object.keys(this.cluster.findLeaderForPartitions(topic, [partition]));
    if (nodeId === undefined) throw new Error(`topic ${topic} has no partition ${partition}`);
    return this.cluster.findBroker({ nodeId });
  }

  /** Leaders as they are now; where even that fails, the next try finds out. */
  private async refresh(): Promise<void> {
    await this.cluster.refreshMetadata().catch(() => undefined);
  }

  private unavailable(error: unknown): PlumblineError {
    if (error instanceof PlumblineError) return error;
    const { brokers } = this.connection;
    const text = error instanceof Error ? error.message : String(error);
    return new PlumblineError('UNAVAILABLE', `Kafka at ${brokers.join(', ')} cannot be used: ${text}`);
  }
}

/** What is written in one request. */
export type ProduceRequest = {
  readonly partition: number;
  readonly values: readonly Buffer[];
  readonly compression: CompressionTypes;
};

type ProduceAnswer = {
  readonly topics: readonly { readonly partitions: readonly { readonly baseOffset: string }[] }[];
};

/** A client for a cluster, which logs nothing: what fails is thrown. */
export function kafkaClient({ brokers, tls, sasl, requestTimeoutMs }: KafkaConnection): Kafka {
  return new kafkajs.Kafka({
    clientId: 'plumbline',
    brokers: [...brokers],
    ssl: tls === null ? false : { ...tls },
    ...(sasl !== null && { sasl: sasl as SASLOptions }),
    connectionTimeout: CONNECT_MS,
    authenticationTimeout: CONNECT_MS,
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: FIRST_PAUSE_MS, maxRetryTime: LONGEST_PAUSE_MS, retries: 1 },
    logLevel: kafkajs.logLevel.NOTHING,
  });
}

/** A consumer is given its cluster to choose partitions by; we read them ourselves, and join no group. */
function clusterOf(connection: KafkaConnection, isCommitted: boolean): Cluster {
  const found: Cluster[] = [];
  kafkaClient(connection).consumer({
    groupId: 'plumbline-joins-none',
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MS,
    readUncommitted: !isCommitted,
    partitionAssigners: [
      ({ cluster }) => {
        found.push(cluster);
        return { name: 'none', version: 0, assign: async () => [], protocol: () => NO_PROTOCOL };
      },
    ],
  });
  return found[0]!;
}

const NO_PROTOCOL = { name: 'none', metadata: Buffer.alloc(0) };

/** What asking again does not mend. */
const FINAL = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'OFFSET_OUT_OF_RANGE',
]);

function isFinal(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'KafkaJSSASLAuthenticationError' ||
      error.name === 'KafkaJSNotImplemented' ||
      ('type' in error && FINAL.has(String(error.type))))
  );
}

function isUnknownTopic(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';
}

type TopicOffsets = readonly { readonly partitions: readonly { partition: number; offset: string }[] }[];

function offsetIn(topics: unknown, partition: number): bigint {
  // The types of kafkajs lack the list around the topics.
  const found = (topics as TopicOffsets)[0]!.partitions.find((each) => each.partition === partition);
  if (found === undefined) throw new Error(`no offsets of partition ${partition}`);
  return BigInt(found.offset);
}
