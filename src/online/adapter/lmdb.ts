import { setImmediate as turn } from 'node:timers/promises';
import { type Database, open, type RootDatabase } from 'lmdb';
import { PlumblineError } from '../../definition/error.js';
import type {
  AppliedMark,
  BuildSpan,
  KeyBlocks,
  LeastSequence,
  OnlineAnswer,
  OnlineRead,
  OnlineStore,
  OnlineWrite,
  Owner,
  StateOfSet,
  StoredRow,
  StoredWindows,
  WindowHeader,
  WindowWrite,
} from '../store.js';
import { LmdbReads } from './lmdb-reads.js';
import { LmdbSlots } from './lmdb-slots.js';
import { LmdbWindows } from './lmdb-windows.js';
import { rangeOfSlot, SLOT_BYTES, slotKey } from './slot-key.js';
import { SourceWrites } from './source-writes.js';
import { decodeStored, encodeStored, isNewer, isThrough, withThrough } from './stored-row.js';
import { tooEarly } from './too-early.js';

/** Keys removed in one transaction, so that removing a large state never holds up writes for long. */
const REMOVED_AT_ONCE = 5_000;

/**
 * Rows written in one transaction. Each transaction copies the pages that it touches, so small ones cost more: with
 * 100,000 keys a row took 10 µs in transactions of 4,096 rows, 4.7 in these, 3.0 in 65,536. But nothing else goes on
 * meanwhile, some 50 ms.
 */
const WRITTEN_AT_ONCE = 16_384;

/** What keys and values look like; a change of either is another layout. */
const LAYOUT = '5';

/** Keys whose windows are written in one transaction, for the same reasons; one takes far longer than a row. */
const WINDOWS_AT_ONCE = 4_096;

/**
 * Latest values and windows in LMDB, memory-mapped. The state of a set lies in a *slot*, a number of 4 bytes in front of
 * the encoded entity key; a state that is built aside has a slot of its own, and activating it names that slot as the set's.
 */
export class LmdbOnlineStore implements OnlineStore {
  private readonly rows: Database<Buffer, Buffer>;
  private readonly windows: LmdbWindows;
  /** Small facts: how far each source was applied, the slots of sets, slots that are to be emptied. */
  private readonly marks: Database<string, string>;
  private readonly slots: LmdbSlots;
  private readonly reads: LmdbReads;
  private readonly ordered = new SourceWrites();
  private emptying: Promise<void>;
  private closing = false;

  private constructor(private readonly root: RootDatabase) {
    this.rows = root.openDB({ name: 'rows', encoding: 'binary', keyEncoding: 'binary' });
    this.windows = new LmdbWindows(
      root.openDB({ name: 'windows', encoding: 'binary', keyEncoding: 'binary' }),
    );
    this.marks = root.openDB({ name: 'marks', encoding: 'string' });
    this.slots = new LmdbSlots(this.marks);
    this.reads = new LmdbReads({ root, rows: this.rows, windows: this.windows, slots: this.slots });
    this.emptying = this.emptySlots().catch(() => undefined);
  }

  static open(path: string): LmdbOnlineStore {
    const store = new LmdbOnlineStore(open({ path, maxDbs: 4 }));
    store.requireLayout();
    return store;
  }

  write(writes: readonly OnlineWrite[], mark: AppliedMark): Promise<void> {
    return this.ordered.inOrder(mark.source, () => this.writeAll(writes, mark));
  }

  async read(asked: OnlineRead): Promise<OnlineAnswer> {
    for (const { least } of [...asked.latest, ...asked.windows])
      if (least !== undefined) this.requireLeast(least);
    return this.reads.read(asked);
  }

  async windowHeaders(
    state: StateOfSet,
    keys: readonly Uint8Array[],
  ): Promise<readonly (WindowHeader | null)[]> {
    const slot = this.slotOf(state);
    return keys.map((key) => (slot === null ? null : this.windows.header(slot, key)));
  }

  async windowBlocks(
    state: StateOfSet,
    asked: readonly KeyBlocks[],
  ): Promise<readonly (readonly (Uint8Array | null)[])[]> {
    const slot = this.slotOf(state);
    return asked.map(({ key, blocks }) =>
      slot === null ? blocks.map(() => null) : this.windows.blocks(slot, key, blocks),
    );
  }

  writeWindows(writes: readonly WindowWrite[], owner: Owner): Promise<void> {
    return this.ordered.inOrder(owner.source, () => this.writeAllWindows(writes, owner));
  }

  async appliedThrough(source: string): Promise<bigint> {
    return BigInt(this.marks.get(`source/${source}`) ?? -1);
  }

  async heldSets(): Promise<readonly number[]> {
    return this.slots.held();
  }

  async isActive(setId: number): Promise<boolean> {
    return this.slots.active(setId) !== null;
  }

  async builtThrough(setId: number): Promise<bigint> {
    return this.slots.built(setId)?.through ?? -1n;
  }

  async build(setId: number, writes: readonly OnlineWrite[], span: BuildSpan): Promise<void> {
    await this.inBuild(setId, span, (slot) => {
      for (const write of writes) this.writeIfNewer(slot, write);
    });
  }

  async buildWindows(setId: number, writes: readonly WindowWrite[], span: BuildSpan): Promise<void> {
    await this.inBuild(setId, span, (slot) => {
      for (const write of writes) this.windows.write(slot, write);
    });
  }

  async activate(setId: number): Promise<void> {
    await this.root.transaction(() => this.slots.activate(setId));
    this.slots.changed(setId);
    this.startEmptying();
  }

  async drop(setId: number): Promise<void> {
    await this.root.transaction(() => this.slots.drop(setId));
    this.slots.changed(setId);
    this.startEmptying();
  }

  async *scan(setId: number): AsyncIterable<{ readonly key: Uint8Array; readonly row: StoredRow }> {
    const slot = this.slots.active(setId);
    if (slot === null) return;
    for (const { key, value } of this.rows.getRange(rangeOfSlot(slot)))
      yield { key: key.subarray(SLOT_BYTES), row: decodeStored(value) };
  }

  async *scanWindows(
    setId: number,
  ): AsyncIterable<{ readonly key: Uint8Array; readonly windows: StoredWindows }> {
    const slot = this.slots.active(setId);
    if (slot !== null) yield* this.windows.scan(slot);
  }

  onLoss(): void {
    // What was acknowledged is there, or goes with its marks.
  }

  async close(): Promise<void> {
    this.closing = true;
    try {
      await this.reads.idle();
      await this.emptying;
    } finally {
      await this.root.close();
    }
  }

  private async writeAll(writes: readonly OnlineWrite[], mark: AppliedMark): Promise<void> {
    // Rows may be seen before the mark moves, and come again after a crash; lookups get their turn in between.
    for (let start = 0; start + WRITTEN_AT_ONCE < writes.length; start += WRITTEN_AT_ONCE) {
      await this.root.transaction(() => {
        this.requireEpoch(mark);
        this.writeRows(writes, start, start + WRITTEN_AT_ONCE);
      });
    }
    const rest = Math.max(0, Math.ceil(writes.length / WRITTEN_AT_ONCE) - 1) * WRITTEN_AT_ONCE;
    await this.root.transaction(() => {
      this.requireEpoch(mark);
      this.writeRows(writes, rest, writes.length);
      const name = `source/${mark.source}`;
      if (BigInt(this.marks.get(name) ?? -1) < mark.sequence)
        void this.marks.put(name, String(mark.sequence));
    });
  }

  /** Puts are queued for LMDB's own thread, which makes a batch of them whole or not at all; in a callback they are work of ours. */
  private async writeAllWindows(writes: readonly WindowWrite[], owner: Owner): Promise<void> {
    for (let start = 0; start < writes.length; start += WINDOWS_AT_ONCE) {
      // As of now is as of then: what the source wrote before is committed.
      const isNewOwner = this.isNewEpoch(owner);
      await this.root.batch(() => {
        if (isNewOwner) this.noteEpoch(owner);
        for (const write of writes.slice(start, start + WINDOWS_AT_ONCE)) {
          const slot = this.slots.active(write.setId);
          if (slot !== null) this.windows.write(slot, write);
        }
      });
    }
  }

  /** Writes to the state that is built aside, and notes how far it got, in one step. */
  private async inBuild(
    setId: number,
    { after, through }: BuildSpan,
    write: (slot: number) => void,
  ): Promise<void> {
    await this.root.transaction(() => {
      if ((this.slots.built(setId)?.through ?? -1n) !== after) {
        const message = `the online state of feature set version ${setId} was dropped or begun anew while it was built`;
        throw new PlumblineError('CONFLICT', message);
      }
      write(this.slots.build(setId, through));
    });
  }

  private writeRows(writes: readonly OnlineWrite[], start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const slot = this.slots.active(writes[i]!.setId);
      if (slot !== null) this.writeIfNewer(slot, writes[i]!);
    }
  }

  private writeIfNewer(slot: number, { key, row }: OnlineWrite): void {
    const id = slotKey(slot, key);
    const bytes = encodeStored(row);
    const stored = this.rows.getBinaryFast(id);
    if (stored === undefined) void this.rows.put(id, bytes);
    else if (isNewer(bytes, stored)) void this.rows.put(id, withThrough(bytes, stored));
    else if (isThrough(stored, bytes)) return;
    // The fast read gives a buffer that is used again and longer than the value.
    else void this.rows.put(id, withThrough(Buffer.from(this.rows.getBinary(id)!), bytes));
  }

  private requireEpoch(owner: Owner): void {
    if (this.isNewEpoch(owner)) this.noteEpoch(owner);
  }

  /** Throws UNAVAILABLE where a later one has written. */
  private isNewEpoch({ source, epoch }: Owner): boolean {
    const newest = BigInt(this.marks.get(`epoch/${source}`) ?? -1);
    if (newest <= epoch) return newest < epoch;
    const message = `source "${source}" is owned by epoch ${newest} now, this process had ${epoch}; it must stop writing`;
    throw new PlumblineError('UNAVAILABLE', message);
  }

  private noteEpoch({ source, epoch }: Owner): void {
    void this.marks.put(`epoch/${source}`, String(epoch));
  }

  private requireLeast(least: LeastSequence): void {
    const through = BigInt(this.marks.get(`source/${least.source}`) ?? -1);
    if (through < least.sequence) throw tooEarly(least, through);
  }

  private slotOf({ setId, which }: StateOfSet): number | null {
    return which === 'active' ? this.slots.active(setId) : (this.slots.built(setId)?.slot ?? null);
  }

  /** State in another layout is emptied: it is a view of the log, and built again from there. */
  private requireLayout(): void {
    if (this.marks.get('layout') === LAYOUT) return;
    this.rows.clearSync();
    this.windows.clear();
    this.marks.clearSync();
    this.marks.putSync('layout', LAYOUT);
  }

  private startEmptying(): void {
    // What cannot be removed now stays marked, and is tried again after the next activation or opening.
    this.emptying = this.emptying.then(() => this.emptySlots()).catch(() => undefined);
  }

  /** Removes the rows of slots that nobody reads any more; what is left when the store closes goes at the next opening. */
  private async emptySlots(): Promise<void> {
    for (const slot of this.slots.left()) {
      for (let removed = -1; removed !== 0 && !this.closing; ) {
        removed = await this.removeSome(slot);
        await turn();
      }
      if (!this.closing) await this.slots.emptied(slot);
    }
  }

  private async removeSome(slot: number): Promise<number> {
    const keys = [...this.rows.getKeys({ ...rangeOfSlot(slot), limit: REMOVED_AT_ONCE })];
    let removed = 0;
    await this.root.transaction(() => {
      for (const key of keys) void this.rows.remove(key);
      removed = this.windows.removeSome(slot, REMOVED_AT_ONCE - keys.length);
    });
    return keys.length + removed;
  }
}
