import type { KafkaLogSettings } from '../../platform/kafka-settings.js';
import type { CopiedLog, LogEnd, LogRun } from '../copied-log.js';
import type { LoggedRows } from '../log.js';
import { KafkaCluster } from './kafka-cluster.js';
import { registerCodecs } from './kafka-codecs.js';
import { KafkaPartition, logName, topicOf } from './kafka-partition.js';
import { PartitionCopy } from './partition-copy.js';

/** What a frame has beside its entries, rounded up. */
const FRAME_BYTES = 128;

/** The log on Kafka, copied. */
export class KafkaLogCopy implements CopiedLog {
  readonly runBytes: number;
  private readonly cluster: KafkaCluster;
  private readonly opened = new Map<string, PartitionCopy>();

  constructor(private readonly settings: KafkaLogSettings) {
    registerCodecs();
    this.runBytes = settings.maxMessageBytes - FRAME_BYTES;
    this.cluster = new KafkaCluster(settings.connection, 'uncommitted');
  }

  end(source: string): Promise<LogEnd> {
    return this.open(source).end();
  }

  runs(source: string, fromSequence: bigint): AsyncIterable<LogRun> {
    return this.open(source).runs(fromSequence);
  }

  rows(source: string, fromSequence: bigint): AsyncIterable<LoggedRows> {
    return this.open(source).rows(fromSequence);
  }

  append(source: string, run: LogRun): Promise<void> {
    return this.open(source).append(run);
  }

  raise(source: string, epoch: bigint): Promise<void> {
    return this.open(source).raise(epoch);
  }

  close(): Promise<void> {
    return this.cluster.close();
  }

  private open(source: string): PartitionCopy {
    const known = this.opened.get(source);
    if (known !== undefined) return known;
    const topic = topicOf(this.settings, source);
    const partition = new KafkaPartition(topic, this.settings, {
      writer: this.cluster,
      reader: this.cluster,
    });
    const opened = new PartitionCopy(logName(source, topic), partition, this.settings.maxMessageBytes);
    this.opened.set(source, opened);
    return opened;
  }
}
