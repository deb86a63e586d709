import { type Database, open } from 'lmdb';
import { decodeBatch, encodeBatch } from '../batch-codec.js';
import type { Receipt } from '../delivery.js';
import { dueUsOf, heldId } from '../held-id.js';
import type {
  HeldRow,
  Identities,
  KnownDelivery,
  KnownEvent,
  Learnt,
  SettledDelivery,
} from '../identities.js';
import { type Door, type LoggedRows, lastOf, type StreamPart } from '../log.js';

/** Entries without anything to remember that may pass before the mark is written: so many are read again after a crash. */
const MARK_EVERY = 1_000;

/** Entries looked at in one transaction while old ones are forgotten. */
const FORGOTTEN_AT_ONCE = 5_000;

/** First member of a key: what it is about. */
type Kind = 'delivery' | 'event' | 'file' | 'held' | 'mark' | 'released' | 'replayed' | 'stream';
type Key = [kind: Kind, source: string, id: string];

type StoredHeld = { readonly from: HeldRow['from']; readonly rows: Uint8Array };

/** What was seen, in LMDB: keys are kind, source and name, values are MessagePack. */
export class LmdbIdentities implements Identities {
  /** Entries learnt since the mark was written, by source, and how far they go. */
  private readonly unmarked = new Map<string, { count: number; through: bigint }>();

  private constructor(private readonly database: Database<unknown, Key>) {}

  static open(path: string): LmdbIdentities {
    return new LmdbIdentities(open<unknown, Key>({ path, encoding: 'msgpack' }));
  }

  delivery(source: string, key: string): KnownDelivery | null {
    return this.get<KnownDelivery>(['delivery', source, key]);
  }

  fileProgress(source: string, contentHash: string): number {
    return this.get<number>(['file', source, contentHash]) ?? 0;
  }

  streamProgress(source: string, partition: string): StreamPart | null {
    return this.get<StreamPart>(['stream', source, partition]);
  }

  replayed(source: string, quarantinedId: number): bigint | null {
    const sequence = this.get<string>(['replayed', source, String(quarantinedId)]);
    return sequence === null ? null : BigInt(sequence);
  }

  event(source: string, eventId: string): KnownEvent | null {
    return this.get<KnownEvent>(['event', source, eventId]);
  }

  released(source: string, heldId: string): boolean {
    return this.get<bigint>(['released', source, heldId]) !== null;
  }

  async learn(source: string, entries: readonly Learnt[]): Promise<void> {
    const last = entries.at(-1);
    if (last === undefined) return;
    const marked = this.unmarked.get(source) ?? { count: 0, through: -1n };
    marked.count += entries.length;
    const through = lastOf(last.logged);
    if (through > marked.through) marked.through = through;
    this.unmarked.set(source, marked);
    const silent = entries.every(({ logged, events }) => logged.door.kind === 'push' && events.size === 0);
    if (silent && marked.count < MARK_EVERY) return;
    this.unmarked.delete(source);
    await this.database.transaction(() => {
      for (const entry of entries) this.learnEntry(source, entry);
      void this.database.put(['mark', source, ''], String(marked.through));
    });
  }

  learntThrough(source: string): bigint {
    return BigInt(this.get<string>(['mark', source, '']) ?? -1);
  }

  async hold(source: string, rows: readonly HeldRow[], settled: SettledDelivery | null): Promise<void> {
    await this.database.transaction(() => {
      for (const { id, from, rows: batch } of rows) {
        if (this.released(source, id)) continue;
        void this.database.put(['held', source, id], { from, rows: encodeBatch(batch) });
      }
      if (settled?.kind === 'keyed') void this.database.put(['delivery', source, settled.key], settled.known);
      if (settled?.kind === 'file')
        void this.database.put(['file', source, settled.contentHash], settled.endOrdinal);
      if (settled?.kind === 'stream') this.learnStream(source, settled.part);
    });
    await this.database.flushed;
  }

  isHeld(source: string, heldId: string): boolean {
    return this.get<StoredHeld>(['held', source, heldId]) !== null;
  }

  async discard(source: string, heldIds: readonly string[], arrivalUs: bigint): Promise<void> {
    await this.database.transaction(() => this.release(source, heldIds, arrivalUs));
    await this.database.flushed;
  }

  async due(source: string, untilUs: bigint, limit: number): Promise<readonly HeldRow[]> {
    const end: Key = ['held', source, heldId(untilUs + 1n, '')];
    const found: HeldRow[] = [];
    for (const { key, value } of this.database.getRange({ start: ['held', source, ''], end, limit })) {
      const { from, rows } = value as StoredHeld;
      found.push({ id: key[2], dueUs: dueUsOf(key[2]), from, rows: decodeBatch(rows) });
    }
    return found;
  }

  nextDueUs(source: string): bigint | null {
    const range = { start: ['held', source, ''] as Key, end: ['held', source, '~'] as Key, limit: 1 };
    for (const key of this.database.getKeys(range)) return dueUsOf(key[2]);
    return null;
  }

  async forget(
    source: string,
    before: { readonly keysUs: bigint; readonly eventsUs: bigint },
  ): Promise<void> {
    await this.forgetKind('delivery', source, (value) => (value as KnownDelivery).arrivalUs < before.keysUs);
    await this.forgetKind('released', source, (value) => (value as bigint) < before.keysUs);
    await this.forgetKind('event', source, (value) => (value as KnownEvent).arrivalUs < before.eventsUs);
  }

  async close(): Promise<void> {
    for (const [source, { through }] of this.unmarked)
      await this.database.put(['mark', source, ''], String(through));
    await this.database.close();
  }

  /** Runs inside a transaction. */
  private learnEntry(source: string, { logged, events }: Learnt): void {
    for (const [id, known] of events) void this.database.put(['event', source, id], known);
    this.learnDoor(source, logged.door, logged);
  }

  private learnDoor(source: string, door: Door, logged: LoggedRows): void {
    const { arrivalUs } = logged;
    if (door.kind === 'keyed') {
      const known: KnownDelivery = { bodyHash: door.bodyHash, receipt: receiptOf(logged, door), arrivalUs };
      void this.database.put(['delivery', source, door.key], known);
    } else if (door.kind === 'file') {
      void this.database.put(['file', source, door.contentHash], door.endOrdinal);
    } else if (door.kind === 'stream') {
      this.learnStream(source, door);
    } else if (door.kind === 'replay') {
      void this.database.put(['replayed', source, String(door.quarantinedId)], String(logged.firstSequence));
    }
    if ('heldIds' in door && door.heldIds !== undefined) this.release(source, door.heldIds, arrivalUs);
  }

  /** Runs inside a transaction. */
  private learnStream(source: string, part: StreamPart): void {
    const { partition, firstOffset, endOffset, lastTimestampMs } = part;
    const known = { partition, firstOffset, endOffset, lastTimestampMs };
    void this.database.put(['stream', source, partition], known);
  }

  /** Runs inside a transaction. */
  private release(source: string, heldIds: readonly string[], arrivalUs: bigint): void {
    for (const id of heldIds) {
      void this.database.put(['released', source, id], arrivalUs);
      void this.database.remove(['held', source, id]);
    }
  }

  private async forgetKind(kind: Kind, source: string, isOld: (value: unknown) => boolean): Promise<void> {
    let start: Key = [kind, source, ''];
    for (;;) {
      const entries = [
        ...this.database.getRange({ start, end: [kind, source, '~~'], limit: FORGOTTEN_AT_ONCE }),
      ];
      await this.database.transaction(() => {
        // As it is now: it may have been learnt anew since it was read.
        for (const { key } of entries) {
          const value = this.get<unknown>(key);
          if (value !== null && isOld(value)) void this.database.remove(key);
        }
      });
      if (entries.length < FORGOTTEN_AT_ONCE) return;
      start = entries.at(-1)!.key;
    }
  }

  private get<T>(key: Key): T | null {
    return (this.database.get(key) as T | undefined) ?? null;
  }
}

/** The answer to a delivery, as its logged entry tells it. */
function receiptOf(logged: LoggedRows, { tally }: Extract<Door, { readonly kind: 'keyed' }>): Receipt {
  return {
    accepted: logged.rows.rowCount,
    firstSequence: logged.firstSequence,
    lastSequence: lastOf(logged),
    ...tally,
  };
}
