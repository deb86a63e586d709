import { join } from 'node:path';
import { FILE_DOORS, PUSH_TYPE, pushOf, type Workshop, writeRows } from './doors.js';
import { COLUMNS, type LoadEntry, type PushEntry, SOURCES, type SourceName, THINGS } from './kill-ledger.js';
import type { Random } from './random.js';
import type { SentRow } from './row-text.js';

const FORMATS = ['json', 'ndjson', 'arrow'] as const satisfies readonly (keyof typeof PUSH_TYPE)[];

const SECOND_US = 1_000_000n;

/** Rows that may be sent again: few, so that often the first request with them is still under way. */
const RECENT_ROWS = 40;

/** Random pushes and files; event times, created times and order columns tie often. */
export class Traffic {
  private readonly recent: SentRow[] = [];
  /** The latest event time sent, microseconds: a row that waits for its time is due by then. */
  latestUs = 0n;
  private count = 0;
  private readonly startUs = BigInt(Date.now()) * 1_000n;

  constructor(
    private readonly random: Random,
    private readonly workshop: Workshop,
  ) {}

  push(): PushEntry {
    const source = this.random.pick(SOURCES);
    const invalid = this.random.chance(0.25) ? 'quarantine' : 'refuse';
    const rows = Array.from({ length: this.random.whole(1, 20) }, () => this.row(source));
    const hasWrong = invalid === 'quarantine' || this.random.chance(0.1);
    if (hasWrong) rows.splice(this.random.whole(0, rows.length), 0, this.wrongRow());
    return {
      source,
      rows,
      query: `?invalid=${invalid}&ack=${this.random.pick(['logged', 'visible'])}`,
      ...pushOf(this.random.pick(FORMATS), COLUMNS, rows),
      key: this.random.chance(0.6) ? `key-${this.count++}` : null,
      isRefused: hasWrong && invalid === 'refuse',
      receipt: null,
    };
  }

  /** Writes a file of so many rows; about one in a hundred is wrong. */
  async file(rowCount: number): Promise<LoadEntry> {
    const source = this.random.pick(SOURCES);
    const door = rowCount > 20_000 ? 'rows.parquet' : this.random.pick(FILE_DOORS);
    const rows = Array.from({ length: rowCount }, () =>
      this.random.chance(0.01) ? this.wrongRow() : this.row(source),
    );
    const path = join(this.workshop.folder, `load-${this.count++}.${door}`);
    await writeRows(this.workshop.duckdb, { columns: COLUMNS, rows, path });
    return { source, rows, door, path, jobId: null, isDone: false };
  }

  private row(source: SourceName): SentRow {
    if (source === 'events' && this.recent.length > 0 && this.random.chance(0.1)) {
      const row = this.random.pick(this.recent);
      // The same event again, or, now and then, another one of the same name.
      return this.random.chance(0.9) ? row : { ...row, v: (row['v'] as number) + 0.5 };
    }
    const isFuture = source === 'events' && this.random.chance(0.02);
    const at = isFuture
      ? BigInt(Date.now() + this.random.whole(1_500, 4_000)) * 1_000n
      : this.startUs - BigInt(this.random.whole(0, 900)) * SECOND_US;
    if (at > this.latestUs) this.latestUs = at;
    const row = {
      id: `row-${this.count++}`,
      k: BigInt(this.random.whole(0, THINGS - 1)),
      at,
      created: at + BigInt(this.random.whole(0, 2)) * SECOND_US,
      n: BigInt(this.random.whole(0, 3)),
      v: this.random.next() * 1_000,
    };
    if (source === 'events' && this.recent.push(row) > RECENT_ROWS) this.recent.shift();
    return row;
  }

  /** No entity has a whole key; `n` tells it from all others. */
  private wrongRow(): SentRow {
    return {
      id: null,
      k: null,
      at: this.startUs,
      created: this.startUs,
      n: BigInt(1_000_000 + this.count++),
      v: null,
    };
  }
}
