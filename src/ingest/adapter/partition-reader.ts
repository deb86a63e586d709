import { PlumblineError } from '../../definition/error.js';
import { type LoggedRows, lastOf } from '../log.js';
import { decodeMessage, LOG_BEGINNING, type LogPlace } from './kafka-message.js';
import { LogReplay } from './kafka-replay.js';
import { entriesOf } from './log-frame.js';
import type { LogPartition, StoredMessage } from './log-partition.js';

/** Reads the log of one source from its partition: where it ends, and its rows from any sequence on. */
export class PartitionReader {
  constructor(
    /** As messages name it. */
    private readonly log: string,
    private readonly partition: LogPartition,
  ) {}

  /** Where the log stands behind its last durable message; {@link LOG_BEGINNING} where there is none. */
  async end(): Promise<LogPlace> {
    const bounds = await this.partition.bounds();
    if (bounds === null || bounds.end === 0n) return LOG_BEGINNING;
    const { known } = await this.messageAt(bounds.end - 1n, bounds.start);
    const replay = this.replayFrom(known, bounds.start);
    for await (const _ of this.messages(replay, bounds.end - 1n));
    return replay.place;
  }

  /** Offset of the last durable message; -1 before the first. */
  async lastOffset(): Promise<bigint> {
    const bounds = await this.partition.bounds();
    return (bounds?.end ?? 0n) - 1n;
  }

  /** Replays what lies behind a place, up to the message at `last`; gives every frame that counts to `onFrame`. */
  async replay(from: LogPlace, last: bigint, onFrame: (frame: Buffer) => void): Promise<LogReplay> {
    const replay = new LogReplay(this.log, from);
    for await (const frame of this.messages(replay, last)) onFrame(frame);
    return replay;
  }

  /** Entries from the one that holds `fromSequence` on, up to what is durable when the read begins. */
  async *rows(fromSequence: bigint): AsyncIterable<LoggedRows> {
    for await (const frame of this.frames(fromSequence))
      for (const logged of entriesOf(frame)) if (lastOf(logged) >= fromSequence) yield logged;
  }

  /** Frames that count, from the one that holds `fromSequence` or one before it on. */
  async *frames(fromSequence: bigint): AsyncIterable<Buffer> {
    const bounds = await this.partition.bounds();
    if (bounds === null || bounds.end === 0n) return;
    const place = await this.find(fromSequence, bounds);
    yield* this.messages(this.replayFrom(place, bounds.start), bounds.end - 1n);
  }

  /**
   * A place at or before a sequence, near it: each message tells of one, and they rise with offsets, so halving finds the
   * last one that is not behind the sequence.
   */
  private async find(sequence: bigint, { start, end }: Bounds): Promise<LogPlace> {
    let best: LogPlace = LOG_BEGINNING;
    let low = start;
    let high = end;
    while (low < high) {
      const middle = (low + high) / 2n;
      const { known } = await this.messageAt(middle, start);
      if (known.next <= sequence) {
        if (known.offset > best.offset) best = known;
        low = middle + 1n;
      } else {
        high = known.offset + 1n < middle ? known.offset + 1n : middle;
      }
    }
    return best;
  }

  private async messageAt(offset: bigint, start: bigint): Promise<{ readonly known: LogPlace }> {
    const [stored] = await this.partition.read(offset);
    const message = stored?.offset === offset ? decodeMessage(stored.value) : null;
    if (message !== null) return message;
    throw new PlumblineError(
      'INTERNAL',
      `${this.log} has a message at offset ${offset} (of ${start} on) that this service did not write; nobody else may write to it`,
    );
  }

  private replayFrom(place: LogPlace, start: bigint): LogReplay {
    if (place.offset + 1n >= start) return new LogReplay(this.log, place);
    throw new PlumblineError(
      'INTERNAL',
      `${this.log} begins at offset ${start}, and rows before it were removed; a log is kept for ever (retention.ms=-1, retention.bytes=-1, cleanup.policy=delete): restore it from a copy`,
    );
  }

  /** Takes messages up to the one at `last` into a replay; the next ones are fetched while these are looked at. */
  private async *messages(replay: LogReplay, last: bigint): AsyncIterable<Buffer> {
    let next = this.fetch(replay.offset + 1n, last);
    for (;;) {
      const found = await next;
      const lastFound = found.at(-1);
      if (lastFound === undefined) return;
      next = this.fetch(lastFound.offset + 1n, last);
      // Whoever stops reading never looks at it.
      next.catch(() => undefined);
      for (const message of found) {
        const frame = replay.take(message);
        if (frame !== null) yield frame;
      }
    }
  }

  private async fetch(from: bigint, last: bigint): Promise<readonly StoredMessage[]> {
    if (from > last) return [];
    const found = await this.partition.read(from);
    if (found.length === 0)
      throw new PlumblineError('UNAVAILABLE', `${this.log} does not give its message ${from}; try again`);
    return found.filter(({ offset }) => offset >= from && offset <= last);
  }
}

type Bounds = { readonly start: bigint; readonly end: bigint };
