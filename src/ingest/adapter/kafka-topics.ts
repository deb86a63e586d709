import { PlumblineError } from '../../definition/error.js';
import type { KafkaConnection } from '../../platform/kafka-settings.js';
import type {
  PartitionBounds,
  PartitionMessages,
  PartitionOffset,
  StreamTopic,
  StreamTopics,
} from '../stream-topic.js';
import { KafkaCluster } from './kafka-cluster.js';
import { registerCodecs } from './kafka-codecs.js';

/** Bytes that one read brings at most, unless a batch is larger, over all partitions; and of one partition. */
const READ_BYTES = 8 * 1024 ** 2;
const MAX_PARTITION_BYTES = 1024 ** 2;
const MIN_PARTITION_BYTES = 64 * 1024;

/** How long a broker waits for messages where there are none, milliseconds: it adds to no message's way. */
const READ_WAIT_MS = 250;

/** Topics of the cluster that `stream.kafka` names; each open one has connections of its own, as reads wait. */
export class KafkaTopics implements StreamTopics {
  constructor(private readonly connection: KafkaConnection | null) {
    registerCodecs();
  }

  open(topic: string): StreamTopic {
    if (this.connection !== null)
      return new KafkaTopic(topic, new KafkaCluster(this.connection, 'committed'));
    const message = 'no cluster of streams is configured; name its brokers under stream.kafka.brokers';
    throw new PlumblineError('UNAVAILABLE', message);
  }
}

class KafkaTopic implements StreamTopic {
  constructor(
    private readonly topic: string,
    private readonly cluster: KafkaCluster,
  ) {}

  partitions(): Promise<readonly number[] | null> {
    return this.cluster.partitions(this.topic);
  }

  bounds(partitions: readonly number[]): Promise<readonly PartitionBounds[]> {
    return this.cluster.bounds(this.topic, partitions);
  }

  read(from: readonly PartitionOffset[]): Promise<readonly PartitionMessages[]> {
    const shareBytes = Math.max(MIN_PARTITION_BYTES, Math.floor(READ_BYTES / Math.max(1, from.length)));
    const limits = { maxBytes: Math.min(MAX_PARTITION_BYTES, shareBytes), maxWaitMs: READ_WAIT_MS };
    return this.cluster.fetch(this.topic, from, limits);
  }

  close(): Promise<void> {
    return this.cluster.close();
  }
}
