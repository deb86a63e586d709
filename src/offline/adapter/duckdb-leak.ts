import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { compileColumnarKernel } from '../../compile/kernel.js';
import {
  columnsRead,
  type EntrySource,
  HISTORY_COLUMNS,
  matchColumn,
  matchedColumn,
} from '../../compile/sql/point-in-time.js';
import { type Column, type ColumnBatch, valueAt } from '../../definition/column-batch.js';
import { featureStatus, rowStatus } from '../../definition/status.js';
import { sameValue } from '../../definition/value.js';
import { columnOfVector } from './duckdb-column.js';

/** Values, with their statuses, that the other knowledge rule would give differently (S17). */
export async function countDifferences(
  connection: DuckDBConnection,
  sources: readonly EntrySource[],
): Promise<number> {
  let count = 0;
  for (const [i, source] of sources.entries()) {
    if (!source.compareOther) continue;
    const result = await connection.stream(differingSql(source, i));
    const compare = comparerOf(source);
    for await (const chunk of result) count += compare(chunk);
  }
  return count;
}

/** Rows of the joined frame for which the two rules match different rows: T, then each side's event time and columns. */
function differingSql(source: EntrySource, i: number): string {
  const names = columnsRead(source.entry.features);
  const mine = [matchColumn(i, 'event'), ...names.map((name) => matchedColumn(i, name))];
  const others = [source.eventTime, ...names].map((name) => `h.${source.column(name)}`);
  const [match, other] = [matchColumn(i, 'seq'), matchColumn(i, 'other')];
  return [
    `SELECT j."~t", ${mine.map((name) => `j.${name}`).join(', ')}, ${others.join(', ')}`,
    `FROM "~joined" j LEFT JOIN ${source.table} h ON h.${HISTORY_COLUMNS.sequence} = j.${other}`,
    `WHERE j.${match} IS DISTINCT FROM j.${other}`,
  ].join('\n');
}

type Side = { readonly eventTimes: Column; readonly features: ColumnBatch };

function comparerOf({ entry }: EntrySource): (chunk: DuckDBDataChunk) => number {
  const names = columnsRead(entry.features);
  const types = new Map(entry.featureSet.source.columns.map(({ name, type }) => [name, type]));
  const kernel = compileColumnarKernel(entry.features);
  const side = (chunk: DuckDBDataChunk, first: number): Side => {
    const rowCount = chunk.rowCount;
    const columns = names.map((name, at): [string, Column] => [
      name,
      columnOfVector(chunk.getColumnVector(first + 1 + at), types.get(name)!, rowCount),
    ]);
    const eventTimes = columnOfVector(chunk.getColumnVector(first), 'TIMESTAMP', rowCount);
    return { eventTimes, features: kernel({ rowCount, columns: new Map(columns) }) };
  };
  return (chunk) => {
    const t = columnOfVector(chunk.getColumnVector(0), 'TIMESTAMP', chunk.rowCount);
    const [mine, other] = [side(chunk, 1), side(chunk, 2 + names.length)];
    let count = 0;
    for (let row = 0; row < chunk.rowCount; row++) {
      const asOfUs = valueAt(t, row) as bigint;
      const [a, b] = [answer(entry, mine, row, asOfUs), answer(entry, other, row, asOfUs)];
      count += a.filter(
        (cell, at) => cell.status !== b[at]!.status || !sameValue(cell.value, b[at]!.value),
      ).length;
    }
    return count;
  };
}

function answer(entry: EntrySource['entry'], side: Side, row: number, asOfUs: bigint) {
  const event = valueAt(side.eventTimes, row) as bigint | null;
  const state = event === null ? 'NOT_FOUND' : rowStatus(asOfUs - event, entry.featureSet.lifetime);
  return entry.features.map((feature) => {
    const value = state === 'ALIVE' ? valueAt(side.features.columns.get(feature.name)!, row) : null;
    return { value, status: featureStatus(state, value === null) };
  });
}
