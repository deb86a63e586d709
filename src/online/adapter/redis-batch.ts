import type { PlumblineError } from '../../definition/error.js';
import type { LeastSequence, StoredRow, StoredWindows, WindowRead } from '../store.js';
import type { RedisCommand, RedisReply } from './redis-connection.js';
import { unavailable } from './redis-errors.js';
import type { RedisKeys } from './redis-keys.js';
import { decodeMark } from './redis-mark.js';
import { noteName, type RedisSets, type SetNote } from './redis-sets.js';
import { windowsOf } from './redis-windows.js';
import { decodeStored } from './stored-row.js';
import { tooEarly } from './too-early.js';

/** What one read asks of one node. */
export type ReadPart = {
  readonly rows: Ask<StoredRow>[];
  readonly windows: (Ask<StoredWindows> & { readonly from: WindowRead['from'] | null })[];
  /** Marks that must be there before rows are read, by bucket. */
  readonly least: { readonly bucket: number; readonly least: LeastSequence }[];
  /** Notes of the sets that it rests on. */
  readonly notes: Map<number, SetNote>;
  /** Some bucket of the node, whose notes are compared. */
  readonly bucket: number;
  failure: ReadFailure | null;
  /** Some set has another active state than it was read from. */
  isOutdated: boolean;
};

/** Why a part has nothing; trying again at once is of no use where that is final. */
export type ReadFailure = { readonly error: PlumblineError; readonly isFinal: boolean };

/** A key, and where what is found goes. */
type Ask<T> = {
  readonly bucket: number;
  readonly name: Buffer;
  readonly into: (T | null)[];
  readonly place: number;
};

type RowAsk = { readonly part: ReadPart; readonly ask: Ask<StoredRow> };

/** Keys that a part asks for. */
export function keyCount({ rows, windows }: ReadPart): number {
  return rows.length + windows.length;
}

/** Keys of one MGET; a server serves nobody else meanwhile, a millisecond. */
const KEYS_OF_A_COMMAND = 1_000;

/**
 * Parts of reads that go to a node together: first marks, then rows and windows, and last the notes of sets. A note that is
 * then still the one that keys were made by was so when they were read, and their state was not removed before.
 */
export class ReadBatch {
  private readonly commands: RedisCommand[] = [];
  private readonly takers: ((reply: RedisReply) => void)[] = [];

  constructor(
    private readonly keys: RedisKeys,
    private readonly sets: RedisSets,
    private readonly parts: readonly ReadPart[],
  ) {
    for (const part of parts) this.askMarks(part);
    this.askRows();
    for (const part of parts) this.askWindows(part);
    this.askNotes();
  }

  /** In this order, in one round trip. */
  get asked(): readonly RedisCommand[] {
    return this.commands;
  }

  /** Gives every part what is its own, or why it has nothing. */
  take(replies: readonly RedisReply[]): void {
    for (const [i, take] of this.takers.entries()) take(replies[i]);
  }

  private ask(command: RedisCommand, take: (reply: RedisReply) => void): void {
    this.commands.push(command);
    this.takers.push(take);
  }

  private askMarks(part: ReadPart): void {
    for (const { bucket, least } of part.least) {
      const args = [this.keys.marks(bucket), `source/${least.source}`];
      this.ask({ name: 'HGET', args }, (reply) => {
        if (failed(part, reply)) return;
        const { sequence } = decodeMark(Buffer.isBuffer(reply) ? reply : null);
        if (sequence < least.sequence) part.failure = { error: tooEarly(least, sequence), isFinal: true };
      });
    }
  }

  private askRows(): void {
    for (const asks of this.rowsByBucket().values()) {
      for (let start = 0; start < asks.length; start += KEYS_OF_A_COMMAND) {
        const some = asks.length <= KEYS_OF_A_COMMAND ? asks : asks.slice(start, start + KEYS_OF_A_COMMAND);
        this.ask({ name: 'MGET', args: some.map(({ ask }) => ask.name) }, (reply) => takeRows(some, reply));
      }
    }
  }

  private rowsByBucket(): ReadonlyMap<number, readonly RowAsk[]> {
    const buckets = new Map<number, RowAsk[]>();
    for (const part of this.parts) {
      for (const ask of part.rows) {
        const known = buckets.get(ask.bucket);
        if (known === undefined) buckets.set(ask.bucket, [{ part, ask }]);
        else known.push({ part, ask });
      }
    }
    return buckets;
  }

  private askWindows(part: ReadPart): void {
    for (const { name, from, into, place } of part.windows) {
      this.ask({ name: 'HGETALL', args: [name] }, (reply) => {
        if (!failed(part, reply)) into[place] = Array.isArray(reply) ? windowsOf(reply, from) : null;
      });
    }
  }

  private askNotes(): void {
    const ids = [...new Set(this.parts.flatMap(({ notes }) => [...notes.keys()]))];
    const names = ids.map(noteName);
    this.ask({ name: 'HMGET', args: [this.keys.marks(this.parts[0]!.bucket), ...names] }, (reply) => {
      if (Array.isArray(reply))
        ids.forEach((id, i) => {
          this.sets.see(id, Buffer.isBuffer(reply[i]) ? reply[i] : null);
        });
      for (const part of this.parts) this.compareNotes(part, reply);
    });
  }

  private compareNotes(part: ReadPart, reply: RedisReply): void {
    if (failed(part, reply)) return;
    for (const [id, note] of part.notes)
      if (this.sets.seen(id)?.note.active !== note.active) part.isOutdated = true;
  }
}

function takeRows(asks: readonly RowAsk[], reply: RedisReply): void {
  if (!Array.isArray(reply)) {
    for (const { part } of asks) failed(part, reply);
    return;
  }
  for (let i = 0; i < asks.length; i++) {
    const { into, place } = asks[i]!.ask;
    const bytes: unknown = reply[i];
    into[place] = Buffer.isBuffer(bytes) ? decodeStored(bytes) : null;
  }
}

function failed(part: ReadPart, reply: RedisReply): boolean {
  if (reply instanceof Error) part.failure ??= { error: unavailable(reply, 'a read'), isFinal: false };
  return reply instanceof Error;
}
