import { join } from 'node:path';
import { FILE_DOORS, type PUSH_TYPE, pushOf, type Workshop, writeRows } from '../rows/doors.js';
import type { Body } from '../rows/project-api.js';
import type { Random } from '../rows/random.js';
import type { SentRow } from '../rows/row-text.js';
import { LAW_SOURCES, type LawSource } from './law-documents.js';
import type { LawTime } from './law-time.js';
import { ReadingRows } from './reading-rows.js';
import { READING_COLUMNS } from './readings.js';
import { ZoneTexts } from './zone-texts.js';

/** Values of `k`. */
export const THINGS = 8;

/** A push that may be sent again: with its key it is the same delivery. */
export type LawPush = {
  readonly source: LawSource;
  readonly query: string;
  readonly type: string;
  readonly body: Body;
  readonly key: string | null;
  readonly rowCount: number;
};

/** A file to load. */
export type LawFile = { readonly source: LawSource; readonly path: string; readonly rowCount: number };

const FORMATS = ['json', 'ndjson', 'arrow'] as const satisfies readonly (keyof typeof PUSH_TYPE)[];

/** Events that may come again. */
const RECENT_EVENTS = 40;

/** Random pushes and files, and how many of their rows were late, or came before. */
export class LawTraffic {
  late = 0;
  duplicates = 0;
  sent = 0;
  /** Each row by its `id`, as it is wherever it comes from. */
  readonly rowOf = new Map<string, SentRow>();
  readonly zones: ZoneTexts;
  private count = 0;
  private readonly rows: ReadingRows;
  private readonly events: SentRow[] = [];
  private readonly newestUs = new Map<string, bigint>();

  constructor(
    private readonly random: Random,
    private readonly time: LawTime,
    private readonly workshop: Workshop,
  ) {
    this.rows = new ReadingRows(random, time.edges, THINGS);
    this.zones = new ZoneTexts(random);
  }

  push(): LawPush {
    const { random } = this;
    const source = random.pick(LAW_SOURCES);
    const rows = this.rowsOf(source, random.whole(1, 8));
    const format = random.pick(FORMATS);
    return {
      source,
      query: `?invalid=${random.pick(['refuse', 'quarantine'])}&ack=${random.pick(['logged', 'visible', 'visible'])}`,
      ...pushOf(format, READING_COLUMNS, format === 'arrow' ? rows : this.inZones(rows)),
      key: random.chance(0.6) ? `key-${this.count++}` : null,
      rowCount: rows.length,
    };
  }

  async file(rowCount: number): Promise<LawFile> {
    const source = this.random.pick(LAW_SOURCES);
    const door = this.random.pick(FILE_DOORS);
    const path = join(this.workshop.folder, `load-${this.count++}.${door}`);
    const made = this.rowsOf(source, rowCount);
    const rows = /csv|json/.test(door) ? this.inZones(made) : made;
    await writeRows(this.workshop.duckdb, { columns: READING_COLUMNS, rows, path });
    return { source, path, rowCount };
  }

  /** The same rows, for a format of text: some of their instants as local times. */
  private inZones(rows: readonly SentRow[]): readonly SentRow[] {
    const written = (us: bigint): bigint | string =>
      this.random.chance(0.3) ? (this.zones.of(us) ?? us) : us;
    return rows.map((row) => ({
      ...row,
      at: written(row['at'] as bigint),
      created: written(row['created'] as bigint),
    }));
  }

  private rowsOf(source: LawSource, count: number): readonly SentRow[] {
    return Array.from({ length: count }, () => this.row(source));
  }

  private row(source: LawSource): SentRow {
    this.sent++;
    if (source === 'events' && this.events.length > 0 && this.random.chance(0.1)) {
      this.duplicates++;
      return this.random.pick(this.events);
    }
    const row = this.rows.row(this.time.nowUs);
    this.rowOf.set(row['id'] as string, row);
    this.time.sent(row['at'] as bigint);
    if (source === 'events' && this.events.push(row) > RECENT_EVENTS) this.events.shift();
    this.countLate(`${source} ${row['k']}`, row['at'] as bigint);
    return row;
  }

  private countLate(key: string, atUs: bigint): void {
    const newestUs = this.newestUs.get(key);
    if (newestUs !== undefined && atUs < newestUs) this.late++;
    else this.newestUs.set(key, atUs);
  }
}
