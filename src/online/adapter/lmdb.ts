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
import { lmdbWrites } from './entry-writes.js';
import { LayeredTable } from './layered-table.js';
import { LmdbEmptying } from './lmdb-emptying.js';
import { flushMemtable } from './lmdb-flush.js';
import { LmdbOwners } from './lmdb-owners.js';
import { LmdbReads } from './lmdb-reads.js';
import { LmdbRows, type Writing } from './lmdb-rows.js';
import { LmdbSlots } from './lmdb-slots.js';
import { LmdbWindows } from './lmdb-windows.js';
import type { TableName } from './memtable.js';
import { SourceWrites } from './source-writes.js';
import { tooEarly } from './too-early.js';
import { type View, Views } from './views.js';
import { WriteBehind, type WriteBehindParts } from './write-behind.js';

/** Rows, or entities with their windows, written to memory in one turn of the event loop, some milliseconds. */
const WRITTEN_A_TURN = 1_024;

/** What keys and values look like; a change of either is another layout. */
const LAYOUT = '5';

/** How long state waits in memory, and how much of it. */
export type MemorySettings = Omit<WriteBehindParts, 'write'>;

/**
 * 64 MiB are written in some seconds at most, and twice as much is held; a tree of 100,000 keys then has each of its pages
 * written once for some 60,000 rows.
 */
const MEMORY: MemorySettings = {
  memtableBytes: 64 * 1_024 * 1_024,
  waitMs: 2_000,
  onDefect: () => undefined,
};

/**
 * Latest values and windows in memory first and, soon after, in LMDB, memory-mapped. What a crash takes from memory comes again
 * from the log: the mark of a source in LMDB is never ahead of its rows there. The state of a set lies in a *slot*, a number of
 * 4 bytes in front of the encoded entity key; a state that is built aside, in LMDB at once, has a slot of its own, and
 * activating it names that slot as the set's.
 */
export class LmdbOnlineStore implements OnlineStore {
  private readonly tables: Readonly<Record<TableName, Database<Buffer, Buffer>>>;
  /** Small facts: how far each source was applied, the slots of sets, slots that are to be emptied. */
  private readonly marks: Database<string, string>;
  private readonly behind: WriteBehind;
  private readonly views: Views;
  private readonly rows: LmdbRows;
  private readonly windows: LmdbWindows;
  private readonly slots: LmdbSlots;
  private readonly owners: LmdbOwners;
  private readonly reads: LmdbReads;
  private readonly emptying: LmdbEmptying;
  private readonly ordered = new SourceWrites();

  private constructor(
    private readonly root: RootDatabase,
    memory: MemorySettings,
  ) {
    const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
    const tables = {
      rows: root.openDB<Buffer, Buffer>({ name: 'rows', ...binary }),
      windows: root.openDB<Buffer, Buffer>({ name: 'windows', ...binary }),
    };
    const marks = root.openDB<string, string>({ name: 'marks', encoding: 'string' });
    const owners = new LmdbOwners(root, marks);
    const flushed = { root, tables, marks, owners };
    this.tables = tables;
    this.marks = marks;
    this.owners = owners;
    this.behind = new WriteBehind({ ...memory, write: (memtable) => flushMemtable(flushed, memtable) });
    this.views = new Views(root, () => this.behind.memtables);
    this.rows = new LmdbRows(new LayeredTable('rows', tables.rows));
    this.windows = new LmdbWindows(new LayeredTable('windows', tables.windows));
    this.slots = new LmdbSlots(marks);
    this.reads = new LmdbReads({
      views: this.views,
      rows: this.rows,
      windows: this.windows,
      slots: this.slots,
    });
    this.emptying = new LmdbEmptying({ root, tables, slots: this.slots, flush: () => this.behind.flush() });
  }

  static open(path: string, memory: Partial<MemorySettings> = {}): LmdbOnlineStore {
    const store = new LmdbOnlineStore(open({ path, maxDbs: 4 }), { ...MEMORY, ...memory });
    store.requireLayout();
    store.emptying.start();
    return store;
  }

  write(writes: readonly OnlineWrite[], mark: AppliedMark): Promise<void> {
    return this.ordered.inOrder(mark.source, async () => {
      await this.apply('rows', writes, mark, (slot, write, to) => this.rows.write(slot, write, to));
      this.moveMark(mark);
    });
  }

  async read(asked: OnlineRead): Promise<OnlineAnswer> {
    for (const { least } of asked.latest) if (least !== undefined) this.requireLeast(least);
    for (const { least } of asked.windows) if (least !== undefined) this.requireLeast(least);
    return this.reads.read(asked);
  }

  async windowHeaders(
    state: StateOfSet,
    keys: readonly Uint8Array[],
  ): Promise<readonly (WindowHeader | null)[]> {
    const slot = this.slotOf(state);
    const view = this.views.now();
    return keys.map((key) => (slot === null ? null : this.windows.header(slot, key, view)));
  }

  async windowBlocks(
    state: StateOfSet,
    asked: readonly KeyBlocks[],
  ): Promise<readonly (readonly (Uint8Array | null)[])[]> {
    const slot = this.slotOf(state);
    const view = this.views.now();
    return asked.map(({ key, blocks }) =>
      slot === null ? blocks.map(() => null) : this.windows.blocks({ slot, key }, blocks, view),
    );
  }

  writeWindows(writes: readonly WindowWrite[], owner: Owner): Promise<void> {
    return this.ordered.inOrder(owner.source, () =>
      this.apply('windows', writes, owner, (slot, write, to) => this.windows.write(slot, write, to)),
    );
  }

  async appliedThrough(source: string): Promise<bigint> {
    return this.through(source);
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
    await this.inBuild(setId, span, (slot, view) => {
      const to = { view, to: lmdbWrites(this.tables.rows) };
      for (const write of writes) this.rows.write(slot, write, to);
    });
  }

  async buildWindows(setId: number, writes: readonly WindowWrite[], span: BuildSpan): Promise<void> {
    await this.inBuild(setId, span, (slot, view) => {
      const to = { view, to: lmdbWrites(this.tables.windows) };
      for (const write of writes) this.windows.write(slot, write, to);
    });
  }

  async activate(setId: number): Promise<void> {
    await this.root.transaction(() => this.slots.activate(setId));
    this.slots.changed(setId);
    this.emptying.start();
  }

  async drop(setId: number): Promise<void> {
    await this.root.transaction(() => this.slots.drop(setId));
    this.slots.changed(setId);
    this.emptying.start();
  }

  async *scan(setId: number): AsyncIterable<{ readonly key: Uint8Array; readonly row: StoredRow }> {
    yield* this.scanned(setId, (slot, view) => this.rows.scan(slot, view));
  }

  async *scanWindows(
    setId: number,
  ): AsyncIterable<{ readonly key: Uint8Array; readonly windows: StoredWindows }> {
    yield* this.scanned(setId, (slot, view) => this.windows.scan(slot, view));
  }

  onLoss(): void {
    // What was acknowledged is there, or goes with its marks.
  }

  async close(): Promise<void> {
    try {
      await this.views.idle();
      await this.emptying.close();
      await this.behind.close();
    } finally {
      await this.root.close();
    }
  }

  /** Rows may be seen before the mark moves, and come again after a crash; lookups get their turn in between. */
  private async apply<W extends { readonly setId: number }>(
    table: TableName,
    writes: readonly W[],
    owner: Owner,
    write: (slot: number, write: W, to: Writing) => void,
  ): Promise<void> {
    await this.owners.take(owner);
    for (let start = 0; start < writes.length; start += WRITTEN_A_TURN) {
      await this.behind.room();
      this.owners.require(owner);
      const memory = this.behind.forWrites()[table];
      const step = this.views.step();
      const to = { view: this.views.now(), to: memory.writes(step) };
      for (const each of writes.slice(start, start + WRITTEN_A_TURN)) {
        const slot = this.slots.active(each.setId);
        if (slot !== null) write(slot, each, to);
      }
    }
  }

  /** Writes to the state that is built aside, and notes how far it got, in one step. */
  private async inBuild(
    setId: number,
    { after, through }: BuildSpan,
    write: (slot: number, view: View) => void,
  ): Promise<void> {
    await this.root.transaction(() => {
      if ((this.slots.built(setId)?.through ?? -1n) !== after) {
        const message = `the online state of feature set version ${setId} was dropped or begun anew while it was built`;
        throw new PlumblineError('CONFLICT', message);
      }
      write(this.slots.build(setId, through), this.views.now());
    });
  }

  private async *scanned<T>(
    setId: number,
    scan: (slot: number, view: View) => Iterable<T>,
  ): AsyncIterable<T> {
    const slot = this.slots.active(setId);
    if (slot === null) return;
    const view = this.views.hold();
    try {
      yield* scan(slot, view);
    } finally {
      this.views.letGo(view);
    }
  }

  private moveMark({ source, sequence }: AppliedMark): void {
    if (this.through(source) < sequence) this.behind.forWrites().marks.set(source, sequence);
  }

  private through(source: string): bigint {
    for (const { marks } of this.behind.memtables) {
      const sequence = marks.get(source);
      if (sequence !== undefined) return sequence;
    }
    return BigInt(this.marks.get(`source/${source}`) ?? -1);
  }

  private requireLeast(least: LeastSequence): void {
    const through = this.through(least.source);
    if (through < least.sequence) throw tooEarly(least, through);
  }

  private slotOf({ setId, which }: StateOfSet): number | null {
    return which === 'active' ? this.slots.active(setId) : (this.slots.built(setId)?.slot ?? null);
  }

  /** State in another layout is emptied: it is a view of the log, and built again from there. */
  private requireLayout(): void {
    if (this.marks.get('layout') === LAYOUT) return;
    for (const entries of Object.values(this.tables)) entries.clearSync();
    this.marks.clearSync();
    this.marks.putSync('layout', LAYOUT);
  }
}
