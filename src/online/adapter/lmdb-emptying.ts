import { setImmediate as turn } from 'node:timers/promises';
import type { Database, RootDatabase } from 'lmdb';
import type { LmdbSlots } from './lmdb-slots.js';
import type { TableName } from './memtable.js';
import { rangeOfSlot } from './slot-key.js';

/** Keys removed in one transaction, so that removing a large state never holds up writes for long. */
const REMOVED_AT_ONCE = 5_000;

export type EmptyingParts = {
  readonly root: RootDatabase;
  readonly tables: Readonly<Record<TableName, Database<Buffer, Buffer>>>;
  readonly slots: LmdbSlots;
  /** Writes what waits in memory: what of it is of a slot that is emptied must not come behind that. */
  readonly flush: () => Promise<void>;
};

/** Removes what lies in slots that nobody reads any more; what is left when the store closes goes at the next opening. */
export class LmdbEmptying {
  private underWay: Promise<void> = Promise.resolve();
  private closing = false;

  constructor(private readonly parts: EmptyingParts) {}

  start(): void {
    // What cannot be removed now stays marked, and is tried again after the next activation or opening.
    this.underWay = this.underWay.then(() => this.emptySlots()).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.underWay;
  }

  private async emptySlots(): Promise<void> {
    const { slots, flush } = this.parts;
    const left = slots.left();
    if (left.length === 0 || this.closing) return;
    await flush();
    for (const slot of left) {
      for (let removed = -1; removed !== 0 && !this.closing; ) {
        removed = await this.removeSome(slot);
        await turn();
      }
      if (!this.closing) await slots.emptied(slot);
    }
  }

  /** Says how many. */
  private async removeSome(slot: number): Promise<number> {
    const { root, tables } = this.parts;
    const range = rangeOfSlot(slot);
    const rows = [...tables.rows.getKeys({ ...range, limit: REMOVED_AT_ONCE })];
    const limit = REMOVED_AT_ONCE - rows.length;
    const windows = limit === 0 ? [] : [...tables.windows.getKeys({ ...range, limit })];
    await root.transaction(() => {
      for (const key of rows) void tables.rows.remove(key);
      for (const key of windows) void tables.windows.remove(key);
    });
    return rows.length + windows.length;
  }
}
