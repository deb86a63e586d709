import type { DuckDBConnection } from '@duckdb/node-api';
import { HISTORY_COLUMNS } from '../../compile/sql/point-in-time.js';
import { windowRowsSql } from '../../compile/sql/window-rows.js';
import { PlumblineError } from '../../definition/error.js';
import { columnsOf, requireAscending } from './duckdb-columns.js';
import { historyColumn } from './duckdb-history-table.js';
import { fillTable, rowsOf } from './duckdb-session.js';
import { BlockReader, type WindowBlock } from './duckdb-window-block.js';
import { type RowColumn, type RowsAsked, rowBytesSql, rowColumns } from './duckdb-window-columns.js';

/** The table of the keys asked for. */
export const WINDOW_KEYS = '"~window_keys"';

const ROWS = '"~window_rows"';

/** Bytes of rows that are computed together, but for those of a key with more. */
const BLOCK_BYTES = 16 * 2 ** 20;

/** A block of more bytes waits until the one before it is gone: it is one key's. */
const MOST_AHEAD_BYTES = 2 * BLOCK_BYTES;

/** Bytes of rows that one key may have: they are in memory at once, with the states over them. */
export const MOST_KEY_BYTES = 2 ** 30;

export type WindowRowsWork = Omit<RowsAsked, 'hasAssumed'> & {
  /** Whether values that rest on an assumed created time are counted (S17). */
  readonly countsAssumed: boolean;
  /** As {@link MOST_KEY_BYTES}. */
  readonly mostKeyBytes: number;
};

/** The rows of one windowed entry, for the keys in {@link WINDOW_KEYS}, block by block in the order of their numbers. */
export class WindowBlocks {
  private next = 0;
  private current: WindowBlock | null = null;
  /** The block behind the current one, being read; null where it is not. */
  private ahead: Promise<WindowBlock> | null = null;

  private constructor(
    private readonly connection: DuckDBConnection,
    private readonly reader: BlockReader,
    private readonly blocks: readonly BlockPlace[],
  ) {}

  /** Sorts the rows into a table. */
  static async open(connection: DuckDBConnection, rows: WindowRowsWork): Promise<WindowBlocks> {
    const { source, history, axis } = rows;
    const columns = rowColumns({ ...rows, hasAssumed: await hasAssumed(connection, rows) });
    const asked = { keys: WINDOW_KEYS, frameKeys: source.frameKeys };
    const tombstone = source.tombstone === null ? null : historyColumn(source.tombstone);
    const [bounds] = await rowsOf(connection, `SELECT min("~low"), max("~high") FROM ${WINDOW_KEYS}`);
    const [lowUs, highUs] = bounds!.map((us) => (us === null ? null : BigInt(us as bigint | number)));
    const isOrdered = source.entry.features.some(({ max }) => max !== null);
    const rowsSql = windowRowsSql({ history, tombstone, isOrdered }, columns, asked, {
      lowUs: lowUs!,
      highUs: highUs ?? 0n,
    });
    await fillTable(connection, ROWS, rowsSql);
    const blocks = await blockPlaces(connection, columns, rows);
    return new WindowBlocks(connection, new BlockReader(source.entry, columns, axis), blocks);
  }

  /**
   * The block with the rows of a key; keys are asked for in ascending order. Whoever lets go of the one before has one in memory, 16
   * MiB of rows, or those of one key, and beside it the next one if that is none of those: it is read while this one is asked.
   */
  async of(key: number): Promise<WindowBlock> {
    let { current } = this;
    while (current === null || current.lastKey < key) {
      this.current = null;
      current = await (this.ahead ?? this.read());
      this.ahead = this.begun();
    }
    this.current = current;
    return current;
  }

  /** Waits until nothing is being read any more, whether it could be or not: only then the connection may be closed. */
  async settle(): Promise<void> {
    await this.ahead?.catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.settle();
    await this.connection.run(`DROP TABLE IF EXISTS ${ROWS}`);
  }

  private begun(): Promise<WindowBlock> | null {
    const place = this.blocks[this.next];
    if (place === undefined || place.sizeBytes > MOST_AHEAD_BYTES) return null;
    const reading = this.read();
    // Whoever asks for it hears of it.
    reading.catch(() => undefined);
    return reading;
  }

  private async read(): Promise<WindowBlock> {
    const place = this.blocks[this.next++];
    if (place === undefined) return this.reader.empty();
    // In the order in which they were sorted into the table, of which nothing else is read.
    const select = `SELECT * FROM ${ROWS} WHERE "~key" BETWEEN ${place.firstKey} AND ${place.lastKey}`;
    const columns = await columnsOf(this.connection, select, this.reader.types, place.rowCount);
    requireAscending(columns[0]!.values as Float64Array);
    return this.reader.block(place, columns);
  }
}

async function hasAssumed(
  connection: DuckDBConnection,
  { history, countsAssumed }: WindowRowsWork,
): Promise<boolean> {
  if (!countsAssumed) return false;
  const sql = `SELECT coalesce(bool_or(${HISTORY_COLUMNS.createdAssumed}), false) FROM ${history.table}`;
  const [row] = await rowsOf(connection, sql);
  return row![0] === true;
}

/** The keys whose rows are one block. */
type BlockPlace = {
  readonly firstKey: number;
  readonly lastKey: number;
  readonly rowCount: number;
  /** About how many bytes its rows take. */
  readonly sizeBytes: number;
};

const KEY_ROWS = '"~window_key_rows"';

/** Puts keys into blocks. Throws TOO_LARGE where the rows of one do not fit. */
async function blockPlaces(
  connection: DuckDBConnection,
  columns: readonly RowColumn[],
  work: WindowRowsWork,
): Promise<readonly BlockPlace[]> {
  const byKey = `SELECT "~key", count(*) AS "~rows", ${rowBytesSql(columns)} AS "~bytes" FROM ${ROWS} GROUP BY "~key"`;
  await fillTable(connection, KEY_ROWS, byKey);
  await requireFits(connection, work);
  const placed = `SELECT *, sum("~bytes") OVER (ORDER BY "~key") - "~bytes" AS "~before" FROM ${KEY_ROWS}`;
  const rows = await rowsOf(
    connection,
    `SELECT min("~key"), max("~key"), sum("~rows"), sum("~bytes") FROM (${placed}) GROUP BY "~before" // ${BLOCK_BYTES} ORDER BY 1`,
  );
  await connection.run(`DROP TABLE ${KEY_ROWS}`);
  return rows.map(([firstKey, lastKey, rowCount, sizeBytes]) => ({
    firstKey: Number(firstKey),
    lastKey: Number(lastKey),
    rowCount: Number(rowCount),
    sizeBytes: Number(sizeBytes),
  }));
}

async function requireFits(
  connection: DuckDBConnection,
  { source, mostKeyBytes }: WindowRowsWork,
): Promise<void> {
  const key = [...new Set(source.frameKeys)].map((name) => `k.${name}::VARCHAR`).join(', ');
  const [found] = await rowsOf(
    connection,
    `SELECT r."~rows", r."~bytes", ${key} FROM ${KEY_ROWS} r JOIN ${WINDOW_KEYS} k USING ("~key")
     WHERE r."~bytes" > ${mostKeyBytes} ORDER BY r."~bytes" DESC LIMIT 1`,
  );
  if (found === undefined) return;
  const [rows, bytes, ...values] = found;
  const mebibytes = (each: unknown): string => (Number(each) / 2 ** 20).toFixed(0);
  const message = `the windows of feature set "${source.entry.featureSet.name}" see ${rows} rows of key ${JSON.stringify(values)} as of the times asked for, some ${mebibytes(bytes)} MiB, ${mebibytes(mostKeyBytes)} MiB a key at most; ask for a shorter range of times at once, or for shorter windows`;
  throw new PlumblineError('TOO_LARGE', message);
}
