import type { DuckDBConnection } from '@duckdb/node-api';
import { type ColumnarKernel, compileColumnarKernel } from '../../compile/kernel.js';
import type { WindowedEntry } from '../../compile/service-reads.js';
import { restoredSql } from '../../compile/sql/negative-zero.js';
import { HISTORY_COLUMNS, type WindowedSource } from '../../compile/sql/point-in-time.js';
import type { KeyedHistory } from '../../compile/sql/point-in-time-steps.js';
import { type WindowColumn, windowRowsSql, windowStampSql } from '../../compile/sql/window-rows.js';
import { type Instants, instantsOf } from '../../compile/window/instants.js';
import type { WindowRows } from '../../compile/window/window-rows.js';
import type { WindowInput } from '../../compile/windowed-feature-set.js';
import { type Column, columnOf } from '../../definition/column-batch.js';
import { namesIn } from '../../definition/expression.js';
import type { ValueType } from '../../definition/value-type.js';
import { columnsOf, requireAscending } from './duckdb-columns.js';
import { historyColumn } from './duckdb-history-table.js';
import { fillTable, rowsOf } from './duckdb-session.js';

/** Rows that are computed together, but for those of a key with more: some tens of MiB. */
const BLOCK_ROWS = 131_072n;

/** The table of the keys asked for. */
export const WINDOW_KEYS = '"~window_keys"';

const ROWS = '"~window_rows"';

/** What of the rows decides which count: by the record of an answer their place in the log does. */
export type WindowAxis = 'time' | 'record' | 'served';

export type WindowRowsWork = {
  readonly source: WindowedSource;
  readonly history: KeyedHistory;
  readonly axis: WindowAxis;
  /** Whether values that rest on an assumed created time are counted (S17). */
  readonly countsAssumed: boolean;
};

type RowsAsked = WindowRowsWork & {
  /** Whether the created time of some row is an assumption. */
  readonly hasAssumed: boolean;
};

/** Rows of whole keys, up to the key of that number; all are of the last block's. */
export type WindowBlock = { readonly lastKey: number; readonly rows: WindowRows };

/** The rows of one windowed entry, for the keys in {@link WINDOW_KEYS}, block by block in the order of their numbers. */
export class WindowBlocks {
  private next = 0;
  private current: WindowBlock | null = null;

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
    const blocks = await blockPlaces(connection);
    return new WindowBlocks(connection, new BlockReader(source.entry, columns, axis), blocks);
  }

  /** The block with the rows of a key; keys are asked for in ascending order. */
  async of(key: number): Promise<WindowBlock> {
    while (this.current === null || this.current.lastKey < key) this.current = await this.read();
    return this.current;
  }

  async close(): Promise<void> {
    await this.connection.run(`DROP TABLE IF EXISTS ${ROWS}`);
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
type BlockPlace = { readonly firstKey: number; readonly lastKey: number; readonly rowCount: number };

async function blockPlaces(connection: DuckDBConnection): Promise<readonly BlockPlace[]> {
  const keys = `SELECT "~key", count(*) AS "~rows" FROM ${ROWS} GROUP BY "~key"`;
  const placed = `SELECT *, sum("~rows") OVER (ORDER BY "~key") - "~rows" AS "~before" FROM (${keys})`;
  const rows = await rowsOf(
    connection,
    `SELECT min("~key"), max("~key"), sum("~rows") FROM (${placed}) GROUP BY "~before" // ${BLOCK_ROWS} ORDER BY 1`,
  );
  return rows.map(([firstKey, lastKey, rowCount]) => ({
    firstKey: Number(firstKey),
    lastKey: Number(lastKey),
    rowCount: Number(rowCount),
  }));
}

type RowColumn = WindowColumn & {
  readonly type: ValueType;
  /** The source column that it is; null for stamps. */
  readonly source: string | null;
};

function rowColumns({ source, history, axis, hasAssumed }: RowsAsked): readonly RowColumn[] {
  const stamp = (name: Parameters<typeof windowStampSql>[1], type: ValueType): RowColumn => ({
    name: `"~${name}"`,
    sql: windowStampSql(history, name),
    type,
    source: null,
  });
  const { featureSet } = source.entry;
  const own = featureSet.source.columns;
  const read = new Set(inputsOf(source.entry).flatMap(({ expression }) => namesIn(expression)));
  const isOrdered = readsOrder(source.entry);
  if (isOrdered && source.orderColumn !== null) read.add(source.orderColumn);
  return [
    stamp('event', 'TIMESTAMP'),
    stamp('created', 'TIMESTAMP'),
    ...(isOrdered ? [stamp('order', 'TIMESTAMP')] : []),
    ...(isOrdered || axis === 'record' ? [stamp('sequence', 'INT64')] : []),
    ...(hasAssumed ? [stamp('assumed', 'BOOL')] : []),
    ...(axis === 'served'
      ? (['served', 'earliest', 'latest'] as const).map((name) => stamp(name, 'TIMESTAMP'))
      : []),
    ...[...read].map((name) => {
      const column = historyColumn(name);
      const { type } = own.find((each) => each.name === name)!;
      return { name: column, sql: restoredSql(type, `"~h".${column}`), type, source: name };
    }),
  ];
}

/** Whether one of the aggregates asks where rows stand (S10). */
function readsOrder({ features, featureSet }: WindowedEntry): boolean {
  return features.some(({ state }) => featureSet.states[state]!.aggregate.isOrdered);
}

/** The inputs that the features of an entry need. */
function inputsOf({ features, featureSet }: WindowedEntry): readonly WindowInput[] {
  const names = new Set(
    features.flatMap(({ state }) => {
      const { argument, filter, category } = featureSet.states[state]!;
      return [argument, filter, category];
    }),
  );
  return featureSet.inputs.filter(({ name }) => names.has(name));
}

/** Makes blocks of the columns of the table. */
class BlockReader {
  private readonly kernel: ColumnarKernel;
  private readonly orderColumn: string | null;

  constructor(
    entry: WindowedEntry,
    private readonly columns: readonly RowColumn[],
    private readonly axis: WindowAxis,
  ) {
    this.kernel = compileColumnarKernel(inputsOf(entry));
    this.orderColumn = readsOrder(entry) ? (entry.featureSet.source.orderColumn ?? null) : null;
  }

  /** Those of the number of the key and of each column. */
  get types(): readonly ValueType[] {
    return ['FLOAT64', ...this.columns.map(({ type }) => type)];
  }

  /** @param read Of the types above. */
  block({ rowCount, lastKey }: BlockPlace, read: readonly Column[]): WindowBlock {
    const [keys, ...columns] = read;
    const stamps = new Map(this.columns.map(({ name }, i) => [name, columns[i]!.values]));
    const stamp = (name: string): BigInt64Array | null =>
      (stamps.get(`"~${name}"`) as BigInt64Array | undefined) ?? null;
    const instants = (name: string): Instants | null => {
      const values = stamp(name);
      return values === null ? null : instantsOf(values);
    };
    const named = this.columns.flatMap(({ source }, i): [string, Column][] =>
      source === null ? [] : [[source, columns[i]!]],
    );
    const batch = new Map(named);
    const orderColumn = this.orderColumn === null ? null : batch.get(this.orderColumn)!;
    const eventTimes = instants('event')!;
    const [orderTimes, sequences] = [stamp('order'), stamp('sequence')];
    const [earliest, latest] = [instants('earliest'), instants('latest')];
    return {
      lastKey,
      rows: {
        rowCount,
        keys: keys!.values as Float64Array,
        eventTimes,
        orders:
          orderTimes === null
            ? null
            : { eventTimes: stamp('event')!, orderTimes, orderColumn, sequences: sequences! },
        inputs: this.kernel({ rowCount, columns: batch }).columns,
        createdTimes: lateTimes(instants('created')!, eventTimes),
        createdAssumed: (stamps.get('"~assumed"') as Uint8Array | undefined) ?? null,
        servedFrom: instants(this.axis === 'record' ? 'sequence' : 'served'),
        visible: earliest === null ? null : { earliest, latest: latest! },
      },
    };
  }

  /** No rows, for all keys behind the last one that has some. */
  empty(): WindowBlock {
    const keys = { firstKey: 0, lastKey: Number.POSITIVE_INFINITY };
    return this.block(
      { ...keys, rowCount: 0 },
      this.types.map((type) => columnOf(type, [])),
    );
  }
}

/** Created times; null where none is later than its row's event time. */
function lateTimes(created: Instants, events: Instants): Instants | null {
  for (let row = 0; row < created.length; row++) if (created[row]! > events[row]!) return created;
  return null;
}
