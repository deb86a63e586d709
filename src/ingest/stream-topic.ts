/** Topics of a Kafka cluster that is not ours. */
export interface StreamTopics {
  /** Throws UNAVAILABLE where no cluster is configured. Nothing is asked of it yet. */
  open(topic: string): StreamTopic;
}

/** One topic, read from offsets of our own. What fails is UNAVAILABLE, after some tries. */
export interface StreamTopic {
  /** Numbers of its partitions; null where there is no such topic. */
  partitions(): Promise<readonly number[] | null>;
  /** The first offset that is kept of each partition, and the one behind the last committed message. */
  bounds(partitions: readonly number[]): Promise<readonly PartitionBounds[]>;
  /** Committed messages of partitions, some of each that has any; waits a moment where none has. */
  read(from: readonly PartitionOffset[]): Promise<readonly PartitionMessages[]>;
  close(): Promise<void>;
}

export type PartitionBounds = { readonly start: bigint; readonly end: bigint };

/** A place in a topic. */
export type PartitionOffset = { readonly partition: number; readonly offset: bigint };

/** What was read of one partition. */
export type PartitionMessages = {
  readonly partition: number;
  readonly messages: readonly TopicMessage[];
  /** The offset to read from next. */
  readonly next: bigint;
  /** The one behind the last committed message. */
  readonly end: bigint;
};

/** One message of a topic. */
export type TopicMessage = {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Milliseconds since the Unix epoch, its producer's or the broker's; negative where it has none. */
  readonly timestampMs: bigint;
};

/** Injection token of the {@link StreamTopics}. */
export const STREAM_TOPICS = Symbol('StreamTopics');
