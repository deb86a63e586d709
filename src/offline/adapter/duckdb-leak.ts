import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { ServiceEntry } from '../../compile/feature-service.js';
import { compileColumnarKernel } from '../../compile/kernel.js';
import {
  columnsRead,
  differingSql,
  type EntrySource,
  type StepRule,
} from '../../compile/sql/point-in-time.js';
import { type Column, valueAt } from '../../definition/column-batch.js';
import { featureStatus, rowStatus } from '../../definition/status.js';
import { sameValue } from '../../definition/value.js';
import { columnOfVector } from './duckdb-column.js';

/** Values, with their statuses, that the other knowledge rule would give differently (S17). */
export async function countDifferences(
  connection: DuckDBConnection,
  sources: readonly EntrySource[],
  rule: StepRule,
): Promise<number> {
  let count = 0;
  for (const [i, source] of sources.entries()) {
    if (!source.compareOther) continue;
    const result = await connection.stream(differingSql(source, i, rule));
    const compare = comparerOf(source.entry);
    for await (const chunk of result) count += compare(chunk);
  }
  return count;
}

/** One rule's answer for the rows of a chunk: the state of each matched row, and a column a feature. */
type Side = { readonly states: readonly RowState[]; readonly features: readonly Column[] };

type RowState = ReturnType<typeof rowStatus>;

function comparerOf(entry: ServiceEntry): (chunk: DuckDBDataChunk) => number {
  const columnCount = 1 + columnsRead(entry.features).length;
  const side = sideReader(entry);
  return (chunk) => {
    const t = columnOfVector(chunk.getColumnVector(0), 'TIMESTAMP', chunk.rowCount);
    const [mine, other] = [side(chunk, 1, t), side(chunk, 1 + columnCount, t)];
    let count = 0;
    for (let at = 0; at < entry.features.length; at++) count += countIn(mine, other, at);
    return count;
  };
}

/** Reads one side of a chunk: the event time at column `first`, then the columns of the features. */
function sideReader(entry: ServiceEntry): (chunk: DuckDBDataChunk, first: number, t: Column) => Side {
  const names = columnsRead(entry.features);
  const types = new Map(entry.featureSet.source.columns.map(({ name, type }) => [name, type]));
  const kernel = compileColumnarKernel(entry.features);
  return (chunk, first, t) => {
    const { rowCount } = chunk;
    const columns = names.map((name, at): [string, Column] => [
      name,
      columnOfVector(chunk.getColumnVector(first + 1 + at), types.get(name)!, rowCount),
    ]);
    const features = kernel({ rowCount, columns: new Map(columns) }).columns;
    const events = columnOfVector(chunk.getColumnVector(first), 'TIMESTAMP', rowCount);
    const states = Array.from({ length: rowCount }, (_, row): RowState => {
      const event = valueAt(events, row);
      const asOfUs = valueAt(t, row) as bigint;
      return event === null ? 'NOT_FOUND' : rowStatus(asOfUs - (event as bigint), entry.featureSet.lifetime);
    });
    return { states, features: entry.features.map(({ name }) => features.get(name)!) };
  };
}

/** Rows in which the two sides give another value or status of one feature. */
function countIn(mine: Side, other: Side, feature: number): number {
  const [a, b] = [mine.features[feature]!, other.features[feature]!];
  let count = 0;
  for (let row = 0; row < mine.states.length; row++) {
    const [stateA, stateB] = [mine.states[row]!, other.states[row]!];
    const valueA = stateA === 'ALIVE' ? valueAt(a, row) : null;
    const valueB = stateB === 'ALIVE' ? valueAt(b, row) : null;
    const same =
      featureStatus(stateA, valueA === null) === featureStatus(stateB, valueB === null) &&
      sameValue(valueA, valueB);
    if (!same) count++;
  }
  return count;
}
