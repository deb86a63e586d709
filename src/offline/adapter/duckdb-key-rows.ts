import type { DuckDBConnection } from '@duckdb/node-api';
import { literalSql } from '../../compile/sql/duckdb.js';
import { restoredSql } from '../../compile/sql/negative-zero.js';
import { HISTORY_COLUMNS } from '../../compile/sql/point-in-time.js';
import { orderSql } from '../../compile/sql/point-in-time-steps.js';
import { type Column, columnOf } from '../../definition/column-batch.js';
import type { SourceDocument } from '../../definition/document.js';
import type { Value } from '../../definition/value.js';
import type { ValueType } from '../../definition/value-type.js';
import type { KeyRows, KeyRowsQuery } from '../store.js';
import { keyedHistory } from './duckdb-compaction.js';
import { historyColumn } from './duckdb-history-table.js';
import { valuesOf } from './duckdb-values.js';

/** The newest rows of one key, up to a sequence, as they stand in the table. */
export async function listKeyRows(
  connection: DuckDBConnection,
  query: KeyRowsQuery,
  through: bigint,
): Promise<KeyRows> {
  const { source } = query;
  const columns = listedColumns(source);
  const types = columns.map(({ type }) => type);
  const found = await valuesOf(connection, rowsSql(query, columns, through), types);
  const columnAt = (place: number): Column =>
    columnOf(
      types[place]!,
      found.map((row) => row[place]!),
    );
  const stamp = (place: number): BigInt64Array => columnAt(place).values as BigInt64Array;
  const named = new Map(source.columns.map(({ name }, i) => [name, columnAt(STAMPS.length + i)]));
  return {
    rows: { rowCount: found.length, columns: named },
    orders: {
      eventTimes: named.get(source.eventTime)!.values as BigInt64Array,
      orderTimes: stamp(1),
      orderColumn: source.orderColumn === undefined ? null : named.get(source.orderColumn)!,
      sequences: stamp(0),
    },
    createdTimes: stamp(2),
    createdAssumed: columnAt(3).values as Uint8Array,
    visibleTimes: stamp(4),
  };
}

/** NULL in rows from before there was this stamp. */
const VISIBLE = `coalesce(${HISTORY_COLUMNS.visibleTime}, ${HISTORY_COLUMNS.orderTime})`;

type ListedColumn = { readonly sql: string; readonly type: ValueType };

const { sequence, orderTime, createdTime, createdAssumed } = HISTORY_COLUMNS;

/** In the order in which they are taken apart above. */
const STAMPS: readonly ListedColumn[] = [
  { sql: sequence, type: 'INT64' },
  { sql: orderTime, type: 'TIMESTAMP' },
  { sql: createdTime, type: 'TIMESTAMP' },
  { sql: createdAssumed, type: 'BOOL' },
  { sql: VISIBLE, type: 'TIMESTAMP' },
];

function listedColumns({ columns }: SourceDocument): readonly ListedColumn[] {
  const own = columns.map(({ name, type }) => ({
    sql: restoredSql(type, `"~h".${historyColumn(name)}`),
    type,
  }));
  return [...STAMPS, ...own];
}

function rowsSql(query: KeyRowsQuery, columns: readonly ListedColumn[], through: bigint): string {
  const { project, source, keyColumns, key, afterUs, throughUs, throughSequence, knownThrough, limit } =
    query;
  const last = throughSequence === null || throughSequence > through ? through : throughSequence;
  const history = keyedHistory({ project, source, keys: [] }, keyColumns, last);
  const event = `epoch_us("~h".${history.eventTime})`;
  const conditions = [
    `"~h".${sequence} <= ${last}`,
    ...keyColumns.map((name, i) => `"~h".${historyColumn(name)} = ${keySql(source, name, key[i]!)}`),
    `${event} <= ${throughUs}`,
    ...(afterUs === null ? [] : [`${event} > ${afterUs}`]),
    ...(knownThrough === null ? [] : [`epoch_us(${KNOWN[knownThrough.time]}) <= ${knownThrough.us}`]),
  ];
  return [
    `SELECT ${columns.map(({ sql }) => sql).join(', ')}`,
    `FROM ${history.table} "~h" WHERE ${conditions.join(' AND ')}`,
    `ORDER BY ${orderSql(history, '"~h"')
      .map((each) => `${each} DESC`)
      .join(', ')} LIMIT ${limit}`,
  ].join('\n');
}

const KNOWN = { created: createdTime, visible: VISIBLE } as const;

function keySql({ columns }: SourceDocument, name: string, value: Value): string {
  return literalSql(columns.find((column) => column.name === name)!.type, value);
}
