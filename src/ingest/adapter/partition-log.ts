import { setTimeout as sleep } from 'node:timers/promises';
import { PlumblineError } from '../../definition/error.js';
import { type LogEntry, type LoggedRows, lastOf } from '../log.js';
import type { LogPlace } from './kafka-message.js';
import { encodeEntry, encodeFrame } from './log-frame.js';
import type { LogPartition } from './log-partition.js';
import { PartitionOwner } from './partition-owner.js';
import { PartitionReader } from './partition-reader.js';

/** What the log of one source is called, and how patient it is. */
export type PartitionLogOptions = {
  /** As messages name it. */
  readonly log: string;
  /** Larger frames are cut into parts. */
  readonly maxMessageBytes: number;
  /** Entries that were never sent are refused after waiting for so long, milliseconds. */
  readonly refuseAfterMs: number;
  /** Before what failed is tried again, milliseconds; twice as long each time. */
  readonly firstPauseMs: number;
  /** How long stopping waits for answers, milliseconds. */
  readonly stopWithinMs: number;
};

/** Bytes that may wait; beyond that entries are refused at once. */
const MAX_WAITING_BYTES = 64 * 1024 ** 2;

/** Longest pause between two tries, milliseconds. */
const LONGEST_PAUSE_MS = 1_000;

/** The log of one source in a partition (ADR 13): entries that wait go into one frame, and there is one frame under way. */
export class PartitionLog {
  private readonly reader: PartitionReader;
  private readonly owner: PartitionOwner;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private writing: Promise<void> | null = null;
  /** Why nothing is written any more. */
  private failure: PlumblineError | null = null;
  private isStopping = false;
  private released = false;
  private readonly giveUp = new AbortController();

  constructor(
    partition: LogPartition,
    private readonly options: PartitionLogOptions,
  ) {
    this.reader = new PartitionReader(options.log, partition);
    this.owner = new PartitionOwner(partition, this.reader, options.maxMessageBytes);
  }

  append(entry: LogEntry): Promise<LoggedRows> {
    const bytes = encodeEntry(entry);
    return new Promise((resolve, reject) => {
      if (this.failure !== null) throw this.failure;
      if (this.isStopping) throw this.stopping();
      if (this.waitingBytes >= MAX_WAITING_BYTES) throw this.unavailable('too many rows wait for it');
      this.waiting.push({ entry, bytes, resolve, reject, sinceMs: performance.now() });
      this.waitingBytes += bytes.length;
      this.writing ??= this.write();
    });
  }

  async *read(fromSequence: bigint): AsyncIterable<LoggedRows> {
    yield* this.reader.rows(fromSequence);
  }

  async lastSequence(): Promise<bigint> {
    const isKnown = !this.released && !this.owner.isOutdated();
    const place = isKnown ? this.owner.place : null;
    const { next } = place ?? (await this.reader.end());
    return next - 1n;
  }

  async epoch(): Promise<bigint> {
    if (this.failure !== null) throw this.failure;
    if (this.isStopping && (this.released || this.owner.place === null)) throw this.stopping();
    return (await this.owner.own()).epoch;
  }

  /** Whether this opening takes no entries any more, because another process may. */
  get isReleased(): boolean {
    return this.released;
  }

  /** See `SourceLog.release`. */
  async release(): Promise<void> {
    this.released = true;
    await this.stop();
  }

  /** See `SourceLog.stop`. */
  async stop(): Promise<void> {
    this.isStopping = true;
    const patience = setTimeout(() => this.giveUp.abort(), this.options.stopWithinMs);
    await this.writing;
    clearTimeout(patience);
  }

  private async write(): Promise<void> {
    let pauseMs = this.options.firstPauseMs;
    while (this.waiting.length > 0) {
      try {
        const place = await this.owner.own();
        pauseMs = this.options.firstPauseMs;
        await this.send(place, this.takeGroup());
      } catch (error) {
        pauseMs = await this.pause(pauseMs, error);
      }
      if (this.failure !== null) this.refuse(() => true, this.failure);
      if (this.giveUp.signal.aborted) this.refuse(() => true, this.stopping());
    }
    this.writing = null;
  }

  /** Writes entries as one frame, and stays with it until its fate is known. */
  private async send(place: LogPlace, group: readonly Waiting[]): Promise<void> {
    const logged = numbered(group, place);
    const frame = encodeFrame(
      group.map(({ bytes }) => bytes),
      logged,
    );
    if (!(await this.owner.write(frame))) {
      const fate = await this.fateOf(frame);
      if (fate === 'absent') return this.putBack(group);
      if (fate !== 'logged') return rejectAll(group, fate);
    }
    for (const [i, { resolve }] of group.entries()) resolve(logged[i]!);
  }

  /** An error where nobody will ever know, in this process. */
  private async fateOf(frame: Buffer): Promise<'logged' | 'absent' | PlumblineError> {
    let pauseMs = this.options.firstPauseMs;
    while (this.failure === null && !this.giveUp.signal.aborted) {
      const found = await this.owner.findOut(frame).catch((error: unknown) => ({ error }));
      if (typeof found === 'boolean') {
        if (this.owner.isOutdated()) this.failure = this.fenced();
        return found ? 'logged' : 'absent';
      }
      pauseMs = await this.pause(pauseMs, found.error);
    }
    return this.failure ?? this.unavailable('the service stops, and it gave no answer');
  }

  /** They go first when it goes on. */
  private putBack(group: readonly Waiting[]): void {
    this.waiting.unshift(...group);
    for (const { bytes } of group) this.waitingBytes += bytes.length;
  }

  /** What waits too long is refused: it was never sent, so it is not in the log. */
  private async pause(pauseMs: number, cause: unknown): Promise<number> {
    if (cause instanceof PlumblineError && cause.code === 'INTERNAL') this.failure = cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    const oldestMs = performance.now() - this.options.refuseAfterMs;
    this.refuse(({ sinceMs }) => sinceMs <= oldestMs, this.unavailable(text));
    if (this.failure === null)
      await sleep(pauseMs, undefined, { signal: this.giveUp.signal }).catch(() => undefined);
    return Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }

  private refuse(isRefused: (waiting: Waiting) => boolean, reason: PlumblineError): void {
    const refused = this.waiting.filter(isRefused);
    this.waiting = this.waiting.filter((waiting) => !isRefused(waiting));
    for (const { bytes } of refused) this.waitingBytes -= bytes.length;
    rejectAll(refused, reason);
  }

  /** As many as fit into one message; an entry that alone is larger takes several. */
  private takeGroup(): readonly Waiting[] {
    let bytes = this.waiting[0]!.bytes.length;
    let count = 1;
    for (; count < this.waiting.length; count++) {
      const more = this.waiting[count]!.bytes.length;
      if (bytes + more > this.options.maxMessageBytes) break;
      bytes += more;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  private fenced(): PlumblineError {
    const epoch = this.owner.place?.epoch;
    return this.unavailable(
      `it is owned by epoch ${epoch} now, of another process; this one must stop writing`,
    );
  }

  private stopping(): PlumblineError {
    if (this.released) return this.unavailable('this process does not own it any more');
    return new PlumblineError('UNAVAILABLE', 'the service is stopping; try again later');
  }

  private unavailable(reason: string): PlumblineError {
    return new PlumblineError('UNAVAILABLE', `${this.options.log} cannot be written: ${reason}`);
  }
}

type Waiting = {
  readonly entry: LogEntry;
  readonly bytes: Buffer;
  readonly sinceMs: number;
  readonly resolve: (logged: LoggedRows) => void;
  readonly reject: (error: Error) => void;
};

/** Entries with their places behind the last row of the log. */
function numbered(group: readonly Waiting[], { epoch, next }: LogPlace): readonly LoggedRows[] {
  let firstSequence = next;
  return group.map(({ entry }) => {
    const logged = { ...entry, firstSequence, epoch };
    firstSequence = lastOf(logged) + 1n;
    return logged;
  });
}

function rejectAll(group: readonly Waiting[], reason: PlumblineError): void {
  for (const { reject } of group) reject(reason);
}
