import { PlumblineError } from '../definition/error.js';
import type { StreamDocument } from '../definition/stream-document.js';
import type { Intake } from './intake.js';
import type { StreamPart } from './log.js';
import type { StreamCounts } from './stream-figures.js';
import type { PartitionBounds, PartitionOffset, StreamTopic } from './stream-topic.js';

type PlaceParts = {
  readonly project: string;
  readonly source: string;
  readonly stream: StreamDocument;
  readonly intake: Intake;
  readonly counts: StreamCounts;
  readonly onDefect: (cause: unknown, what: string) => void;
};

/** From where the partitions of a source's topic are read: behind what was taken, which the source's log knows (S11). */
export class StreamPlaces {
  constructor(private readonly parts: PlaceParts) {}

  /** Where each partition goes on. Throws CONFLICT for a topic that is not the one that was read before. */
  async begin(topic: StreamTopic): Promise<readonly PartitionOffset[]> {
    const numbers = await this.partitionsOf(topic);
    const bounds = await topic.bounds(numbers);
    // A partition that came after the first reading is read whole.
    const isFirst = numbers.every((partition) => this.progress(partition) === null);
    const from = isFirst ? (this.parts.stream.from ?? 'earliest') : 'earliest';
    const positions = await Promise.all(
      numbers.map((partition, i) => this.positionIn(partition, bounds[i]!, from)),
    );
    await this.requireSame(topic, numbers);
    return positions;
  }

  /** The same, and partitions that the topic has gained. */
  async withNew(
    topic: StreamTopic,
    positions: readonly PartitionOffset[],
  ): Promise<readonly PartitionOffset[]> {
    const known = new Set(positions.map(({ partition }) => partition));
    const fresh = (await this.partitionsOf(topic)).filter((partition) => !known.has(partition));
    if (fresh.length === 0) return positions;
    const bounds = await topic.bounds(fresh);
    // Whatever a partition has that was not there before came after the reading began.
    const added = fresh.map((partition, i) => ({ partition, offset: bounds[i]!.start }));
    return [...positions, ...added];
  }

  private async partitionsOf(topic: StreamTopic): Promise<readonly number[]> {
    const partitions = await topic.partitions();
    if (partitions !== null) return partitions;
    throw new PlumblineError(
      'NOT_FOUND',
      `the cluster has no topic "${this.parts.stream.topic}"; make it, or name another`,
    );
  }

  private async positionIn(
    partition: number,
    { start, end }: PartitionBounds,
    from: 'earliest' | 'latest',
  ): Promise<PartitionOffset> {
    const known = this.progress(partition);
    if (known === null && from === 'latest') await this.keepBeginning(partition, Number(end));
    const beginning = from === 'latest' ? end : start;
    const offset = known === null ? beginning : BigInt(known.endOffset);
    if (offset > end)
      throw this.anew(`partition ${partition} ends at offset ${end}, and ${offset} were taken`);
    const position = offset < start ? start : offset;
    if (position > offset) this.lose(partition, offset, start);
    this.parts.counts.place(partition, Number(position), Number(end));
    return { partition, offset: position };
  }

  /** Kept, so that what comes before the first row is taken is not skipped by a restart. */
  private async keepBeginning(partition: number, offset: number): Promise<void> {
    const part = {
      partition: this.nameOf(partition),
      firstOffset: offset,
      endOffset: offset,
      lastTimestampMs: -1,
    };
    await this.parts.intake.beginStream(this.parts.project, this.parts.source, part);
  }

  private lose(partition: number, from: bigint, to: bigint): void {
    this.parts.counts.lost(Number(to - from));
    const message = `topic "${this.parts.stream.topic}" removed messages ${from} to ${to - 1n} of partition ${partition} before they were taken`;
    this.parts.onDefect(new Error(message), `stream of source ${this.parts.project}/${this.parts.source}`);
  }

  /** The last message that was taken must still be what it was, where it is kept at all. */
  private async requireSame(topic: StreamTopic, partitions: readonly number[]): Promise<void> {
    const taken = partitions.flatMap((partition) => {
      const known = this.progress(partition);
      return known === null || known.lastTimestampMs < 0 ? [] : [{ partition, known }];
    });
    if (taken.length === 0) return;
    const bounds = await topic.bounds(taken.map(({ partition }) => partition));
    const kept = taken.filter(({ known }, i) => BigInt(known.endOffset) > bounds[i]!.start);
    const wanted = kept.map(({ partition, known }) => ({ partition, offset: BigInt(known.endOffset) - 1n }));
    for (const { partition, messages } of wanted.length === 0 ? [] : await topic.read(wanted)) {
      const { known } = kept.find((each) => each.partition === partition)!;
      const last = messages.find(({ offset }) => offset === BigInt(known.endOffset) - 1n);
      if (last !== undefined && last.timestampMs !== BigInt(known.lastTimestampMs))
        throw this.anew(`partition ${partition} has another message at offset ${last.offset} than was taken`);
    }
  }

  private anew(seen: string): PlumblineError {
    const epoch = this.parts.stream.epoch ?? 1;
    return new PlumblineError(
      'CONFLICT',
      `topic "${this.parts.stream.topic}" was made anew: ${seen}; write "epoch: ${epoch + 1}" under the source's stream to read it from its beginning`,
    );
  }

  private progress(partition: number): StreamPart | null {
    return this.parts.intake.streamProgress(this.parts.project, this.parts.source, this.nameOf(partition));
  }

  /** Topic, epoch and partition, as the log has them. */
  nameOf(partition: number): string {
    return `${this.parts.stream.topic}@${this.parts.stream.epoch ?? 1}/${partition}`;
  }
}
