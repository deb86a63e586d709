import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceDocument } from '../definition/document.js';
import type { StreamDocument } from '../definition/stream-document.js';
import type { Clock } from '../platform/clock.js';
import type { OfferedRows } from './delivery.js';
import type { Intake } from './intake.js';
import type { StreamPart } from './log.js';
import { spanRowsOf } from './offered-span.js';
import type { Pipelines } from './pipelines.js';
import { StreamCounts, type StreamFigures } from './stream-figures.js';
import { StreamPlaces } from './stream-places.js';
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
  private readonly places: StreamPlaces;
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
    this.places = new StreamPlaces({ ...parts, counts: this.counts, project, source, stream });
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
      let positions = await this.places.begin(topic);
      let coming = ahead(topic, positions);
      let lookedMs = performance.now();
      while (!this.stopping.signal.aborted) {
        const found = await coming;
        this.counts.reading();
        positions = advanced(positions, found);
        if (performance.now() - lookedMs > LOOK_EVERY_MS) {
          positions = await this.places.withNew(topic, positions);
          lookedMs = performance.now();
        }
        coming = ahead(topic, positions);
        await Promise.all(found.map((each) => this.takeAll(each)));
      }
    } finally {
      await topic.close();
    }
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
      partition: this.places.nameOf(partition),
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
