import { MemoryEntries } from './memory-entries.js';

/** The databases of LMDB that hold the state of entities. */
export type TableName = 'rows' | 'windows';

/** What waits in memory to be written to LMDB together: entries, and marks that move behind them. */
export class Memtable {
  readonly rows = new MemoryEntries();
  readonly windows = new MemoryEntries();
  /** How far sources were applied, by their names. */
  readonly marks = new Map<string, bigint>();

  /** What it takes in memory, estimated. */
  get sizeBytes(): number {
    return this.rows.sizeBytes + this.windows.sizeBytes;
  }

  get isEmpty(): boolean {
    return this.rows.isEmpty && this.windows.isEmpty && this.marks.size === 0;
  }
}
