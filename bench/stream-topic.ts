import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, type Message, type Producer } from 'kafkajs';

/** A topic with rows, made for one run. */
export class BenchTopic {
  readonly name = 'readings';
  private readonly kafka: Kafka;
  private readonly producer: Producer;

  private constructor(brokers: readonly string[]) {
    // Its warnings tell of a broker that is busy, which is the point.
    this.kafka = new Kafka({ brokers: [...brokers], logLevel: 0 });
    this.producer = this.kafka.producer();
  }

  static async make(brokers: readonly string[]): Promise<BenchTopic> {
    const topic = new BenchTopic(brokers);
    const admin = topic.kafka.admin();
    await admin.connect();
    await admin.createTopics({
      topics: [{ topic: topic.name, numPartitions: PARTITIONS }],
      waitForLeaders: false,
    });
    const isThere = () => admin.fetchTopicMetadata({ topics: [topic.name] }).catch(() => null);
    while ((await isThere()) === null) await sleep(20);
    await admin.disconnect();
    await topic.producer.connect();
    return topic;
  }

  /** Resolves when the broker has them. */
  async send(messages: readonly Message[]): Promise<void> {
    await this.producer.send({ topic: this.name, messages: [...messages] });
  }

  /** Seconds in which a consumer of the client library that does nothing with them gets so many messages, from the first on. */
  async bareSeconds(count: number): Promise<number> {
    const consumer = this.kafka.consumer({ groupId: 'bare' });
    await consumer.connect();
    await consumer.subscribe({ topic: this.name, fromBeginning: true });
    let [seen, begunMs] = [0, 0];
    const { promise, resolve } = Promise.withResolvers<number>();
    await consumer.run({
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch }) => {
        // Joining a group takes seconds that are no part of reading.
        if (seen === 0) begunMs = performance.now();
        seen += batch.messages.length;
        if (seen >= count) resolve((performance.now() - begunMs) / 1000);
      },
    });
    const seconds = await promise;
    await consumer.disconnect();
    return seconds;
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }
}

const PARTITIONS = 4;
