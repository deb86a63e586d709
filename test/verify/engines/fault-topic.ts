import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import type { KafkaBroker } from '../../support/kafka.js';

const PARTITIONS = 2;

/** A sender waits no longer for a broker that is killed. */
const REQUEST_MS = 3_000;

/** On a busy machine; one that is gone is told at once. */
const CONNECT_MS = 10_000;

/** A topic that a source reads, written past the proxy, so that messages come while the service is cut off. */
export class FaultTopic {
  private readonly client: Kafka;
  private producer: Producer | null = null;

  constructor(
    { secured }: KafkaBroker,
    readonly name: string,
  ) {
    const { brokers, caFile, username, password } = secured;
    this.client = new Kafka({
      brokers: [...brokers],
      ssl: { ca: [readFileSync(caFile, 'utf8')] },
      sasl: { mechanism: 'plain', username, password },
      requestTimeout: REQUEST_MS,
      connectionTimeout: CONNECT_MS,
      logLevel: logLevel.NOTHING,
      // A message that is sent again would be there twice.
      retry: { retries: 0 },
    });
  }

  async create(): Promise<void> {
    const admin = this.client.admin();
    await admin.connect();
    await admin.createTopics({
      topics: [{ topic: this.name, numPartitions: PARTITIONS }],
      waitForLeaders: true,
    });
    await admin.disconnect();
  }

  /** Sends messages once. What fails may have come or not. */
  async send(values: readonly string[]): Promise<void> {
    try {
      if (this.producer === null) {
        this.producer = this.client.producer({ allowAutoTopicCreation: false });
        await this.producer.connect();
      }
      await this.producer.send({ topic: this.name, acks: -1, messages: values.map((value) => ({ value })) });
    } catch (error) {
      const { producer } = this;
      this.producer = null;
      await producer?.disconnect().catch(() => undefined);
      throw error;
    }
  }

  /** Messages in it, by partition. */
  async ends(): Promise<ReadonlyMap<number, number>> {
    const admin = this.client.admin();
    await admin.connect();
    try {
      const found = await admin.fetchTopicOffsets(this.name);
      return new Map(found.map(({ partition, high }) => [partition, Number(high)]));
    } finally {
      await admin.disconnect();
    }
  }

  async close(): Promise<void> {
    await this.producer?.disconnect();
  }
}
