import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import type { StreamDocument } from '../definition/stream-document.js';
import type { Clock } from '../platform/clock.js';
import type { OfferedRows } from './delivery.js';
import type { Intake } from './intake.js';
import type { StreamPart } from './log.js';
import { spanRowsOf } from './offered-span.js';
import type { Pipelines } from './pipelines.js';
import { StreamCounts, type StreamFigures } from './stream-figures.js';
import { StreamRows } from './stream-rows.js';
import type {
  PartitionMessages,
  PartitionOffset,
  StreamTopic,
  StreamTopics,
  TopicMessage,
} from './stream-topic.js';

export type StreamParts = {
  readonly pipelines: Pipelines;
  readonly intake: Intake;
  readonly topics: StreamTopics;
  readonly clock: Clock;
  readonly onDefect: (cause: unknown, what: string) => void;
};

/** Before a stream that failed is read again, milliseconds. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** How often a topic is asked whether it has more partitions, milliseconds. */
const LOOK_EVERY_MS = 30_000;

/**
 * Reads a topic into a source, for as long as it is started. What was read is taken by the one intake before more is asked
 * for, so a source that has no room reads no faster than it gets some.
 */
export class StreamSource {
  private readonly counts: StreamCounts;
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;
  private rows: { readonly of: SourceDocument; readonly reader: StreamRows } | null = null;

  constructor(
    private readonly parts: StreamParts,
    private readonly project: string,
    private readonly source: string,
    private readonly stream: StreamDocument,
  ) {
    this.counts = new StreamCounts(stream.topic, stream.epoch ?? 1);
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Resolves when nothing of it is under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  figures(): StreamFigures {
    return this.counts.figures();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const readSince = performance.now();
      try {
        await this.readOn();
      } catch (error) {
        if (signal.aborted) return;
        this.counts.failing(error instanceof Error ? error.message : String(error));
        this.parts.onDefect(error, `stream of source ${this.project}/${this.source}`);
      }
      if (performance.now() - readSince > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Reads until it is stopped or something fails; the next part is fetched while one is taken. */
  private async readOn(): Promise<void> {
    const topic = this.parts.topics.open(this.stream.topic);
    try {
      let positions = await this.begin(topic);
      let coming = ahead(topic, positions);
      let lookedMs = performance.now();
      while (!this.stopping.signal.aborted) {
        const found = await coming;
        this.counts.reading();
        positions = advanced(positions, found);
        if (performance.now() - lookedMs > LOOK_EVERY_MS) {
          positions = await this.withNew(topic, positions);
          lookedMs = performance.now();
        }
        coming = ahead(topic, positions);
        await Promise.all(found.map((each) => this.takeAll(each)));
      }
    } finally {
      await topic.close();
    }
  }

  /** Where each partition goes on. Throws CONFLICT for a topic that is not the one that was read before. */
  private async begin(topic: StreamTopic): Promise<readonly PartitionOffset[]> {
    const numbers = await this.partitionsOf(topic);
    const bounds = await topic.bounds(numbers);
    const positions = await Promise.all(
      numbers.map((partition, i) => this.positionIn(partition, bounds[i]!)),
    );
    await this.requireSame(topic, numbers);
    return positions;
  }

  private async withNew(
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
      `the cluster has no topic "${this.stream.topic}"; make it, or name another`,
    );
  }

  private async positionIn(
    partition: number,
    { start, end }: { readonly start: bigint; readonly end: bigint },
  ): Promise<PartitionOffset> {
    const known = this.progress(partition);
    const next = known === null ? null : BigInt(known.endOffset);
    const offset = next ?? (this.stream.from === 'latest' ? end : start);
    if (next === null && this.stream.from === 'latest') await this.keepBeginning(partition, Number(end));
    if (offset > end)
      throw this.anew(`partition ${partition} ends at offset ${end}, and ${offset} were taken`);
    const position = offset < start ? start : offset;
    if (position > offset) this.lose(partition, offset, start);
    this.counts.place(partition, Number(position), Number(end));
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
    await this.parts.intake.beginStream(this.project, this.source, part);
  }

  private lose(partition: number, from: bigint, to: bigint): void {
    this.counts.lost(Number(to - from));
    const message = `topic "${this.stream.topic}" removed messages ${from} to ${to - 1n} of partition ${partition} before they were taken`;
    this.parts.onDefect(new Error(message), `stream of source ${this.project}/${this.source}`);
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
    const epoch = this.stream.epoch ?? 1;
    return new PlumblineError(
      'CONFLICT',
      `topic "${this.stream.topic}" was made anew: ${seen}; write "epoch: ${epoch + 1}" under the source's stream to read it from its beginning`,
    );
  }

  private async takeAll({ partition, messages, next, end }: PartitionMessages): Promise<void> {
    const reader = this.reader();
    const most = spanRowsOf(reader.columnCount);
    for (let start = 0; start < messages.length; start += most)
      await this.take(partition, messages.slice(start, start + most), reader);
    this.counts.place(partition, Number(next), Number(end > next ? end : next));
  }

  private async take(
    partition: number,
    messages: readonly TopicMessage[],
    reader: StreamRows,
  ): Promise<void> {
    const last = messages.at(-1)!;
    const part: StreamPart = {
      partition: this.nameOf(partition),
      firstOffset: Number(messages[0]!.offset),
      endOffset: Number(last.offset) + 1,
      lastTimestampMs: Number(last.timestampMs),
    };
    const offered = reader.offered(messages);
    const receipt = await this.parts.intake.take({
      project: this.project,
      source: this.source,
      offered,
      delivery: { kind: 'stream', ...part },
      invalid: 'quarantine',
      ack: 'logged',
      place: (offset) => `/${part.partition}/${offset}`,
    });
    this.counts.received(messages.reduce((bytes, { value }) => bytes + (value?.length ?? 0), 0));
    const { accepted, quarantined } = receipt;
    this.counts.taken(partition, { rows: accepted, quarantined }, this.newest(offered));
  }

  /** As the definitions are now: the source may have gained columns. */
  private reader(): StreamRows {
    const { source } = this.parts.pipelines.of(this.project, this.source).definitions;
    if (this.rows?.of !== source) this.rows = { of: source, reader: new StreamRows(source, this.stream) };
    return this.rows.reader;
  }

  /** Of the rows that have happened. */
  private newest({ rows }: OfferedRows): bigint | null {
    const { source } = this.parts.pipelines.of(this.project, this.source).definitions;
    const { values, valid } = rows.columns.get(source.eventTime)!;
    const nowUs = this.parts.clock.nowUs();
    let newest: bigint | null = null;
    for (let row = 0; row < rows.rowCount; row++) {
      const eventUs = (values as BigInt64Array)[row]!;
      if (valid?.[row] !== 0 && eventUs <= nowUs && (newest === null || eventUs > newest)) newest = eventUs;
    }
    return newest;
  }

  private progress(partition: number): StreamPart | null {
    return this.parts.intake.streamProgress(this.project, this.source, this.nameOf(partition));
  }

  private nameOf(partition: number): string {
    return `${this.stream.topic}@${this.stream.epoch ?? 1}/${partition}`;
  }
}

/** Whoever stops before it is there never looks at it. */
function ahead(
  topic: StreamTopic,
  positions: readonly PartitionOffset[],
): Promise<readonly PartitionMessages[]> {
  const coming = topic.read(positions);
  coming.catch(() => undefined);
  return coming;
}

function advanced(
  positions: readonly PartitionOffset[],
  found: readonly PartitionMessages[],
): readonly PartitionOffset[] {
  const next = new Map(found.map((each) => [each.partition, each.next]));
  return positions.map(({ partition, offset }) => ({ partition, offset: next.get(partition) ?? offset }));
}
