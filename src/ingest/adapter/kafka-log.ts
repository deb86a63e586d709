import { PlumblineError } from '../../definition/error.js';
import type { KafkaLogSettings } from '../../platform/kafka-settings.js';
import type { LogEntry, LoggedRows, SourceLog } from '../log.js';
import { KafkaCluster } from './kafka-cluster.js';
import { registerCodecs } from './kafka-codecs.js';
import { KafkaPartition, logName, topicOf } from './kafka-partition.js';
import { PartitionLog } from './partition-log.js';

/** Entries that were never sent wait for so long before they are refused, milliseconds. */
const REFUSE_AFTER_MS = 10_000;

/** How long a service that stops stays with what has no answer yet, milliseconds. */
const STOP_WITHIN_MS = 5_000;

/** Before what failed is tried again, milliseconds. */
const FIRST_PAUSE_MS = 20;

/** The log on Kafka (ADR 13): a topic of one partition for each source, `<prefix>-<project>-<source>`. */
export class KafkaLog implements SourceLog {
  private readonly sources = new Map<string, PartitionLog>();
  private readonly writer: KafkaCluster;
  private readonly reader: KafkaCluster;
  private closed = false;

  constructor(private readonly settings: KafkaLogSettings) {
    registerCodecs();
    this.writer = new KafkaCluster(settings.connection, 'uncommitted');
    this.reader = new KafkaCluster(settings.connection, 'uncommitted');
  }

  async append(source: string, entry: LogEntry): Promise<LoggedRows> {
    return this.open(source).append(entry);
  }

  async *read(source: string, fromSequence: bigint): AsyncIterable<LoggedRows> {
    yield* this.open(source).read(fromSequence);
  }

  async lastSequence(source: string): Promise<bigint> {
    return this.open(source).lastSequence();
  }

  async epoch(source: string): Promise<bigint> {
    return this.open(source).epoch();
  }

  async take(source: string): Promise<bigint> {
    if (this.sources.get(source)?.isReleased) this.sources.delete(source);
    return this.open(source).epoch();
  }

  async release(source: string): Promise<void> {
    await this.open(source).release();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sources.values()].map((log) => log.stop()));
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.stop();
    await Promise.all([this.writer.close(), this.reader.close()]);
  }

  private open(source: string): PartitionLog {
    if (this.closed) throw new PlumblineError('UNAVAILABLE', 'the service is stopping; try again later');
    const known = this.sources.get(source);
    if (known !== undefined) return known;
    const topic = topicOf(this.settings, source);
    const partition = new KafkaPartition(topic, this.settings, { writer: this.writer, reader: this.reader });
    const opened = new PartitionLog(partition, {
      log: logName(source, topic),
      maxMessageBytes: this.settings.maxMessageBytes,
      refuseAfterMs: REFUSE_AFTER_MS,
      firstPauseMs: FIRST_PAUSE_MS,
      stopWithinMs: STOP_WITHIN_MS,
    });
    this.sources.set(source, opened);
    return opened;
  }
}
