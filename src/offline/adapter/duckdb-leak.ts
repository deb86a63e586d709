import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { ServiceEntry, ServiceFeature } from '../../compile/feature-service.js';
import { compileColumnarKernel } from '../../compile/kernel.js';
import {
  columnsRead,
  type EntrySource,
  featureSql,
  matchColumn,
  matchedColumn,
  matchedSql,
  statusSql,
} from '../../compile/sql/point-in-time.js';
import { type Column, valueAt } from '../../definition/column-batch.js';
import { featureStatus, rowStatus } from '../../definition/status.js';
import { sameValue } from '../../definition/value.js';
import { columnOfVector } from './duckdb-column.js';
import { fillTable, rowsOf } from './duckdb-session.js';

/** Two tables of matches (`"~row"`, `"~t"`, `"~sequence"`): rows that `other` lacks do not differ. */
export type MatchPair = { readonly mine: string; readonly other: string };

/**
 * Values, with their statuses, of one entry that two tables of matches give differently (S17). Only the frame rows that
 * match another row of history are looked at: by SQL, and by the kernel where that alone knows the value (S8).
 */
export async function countDifferences(
  connection: DuckDBConnection,
  source: EntrySource,
  { mine, other }: MatchPair,
): Promise<number> {
  const differs = `FROM ${mine} m JOIN ${other} o USING ("~row") WHERE m."~sequence" IS DISTINCT FROM o."~sequence"`;
  await fillTable(connection, '"~differ_mine"', `SELECT m."~row", m."~t", m."~sequence" ${differs}`);
  await fillTable(connection, '"~differ_other"', `SELECT m."~row", m."~t", o."~sequence" ${differs}`);
  const { lifetime } = source.entry.featureSet;
  const inSql = source.entry.features.filter((feature) => featureSql(0, feature, lifetime) !== null);
  const byKernel = source.entry.features.filter((feature) => !inSql.includes(feature));
  return (
    (await countInSql(connection, source, inSql)) +
    (await countByKernel(connection, { ...source, entry: { ...source.entry, features: byKernel } }))
  );
}

async function countInSql(
  connection: DuckDBConnection,
  source: EntrySource,
  features: readonly ServiceFeature[],
): Promise<number> {
  if (features.length === 0) return 0;
  const { lifetime } = source.entry.featureSet;
  const side = (matches: string): string => {
    const columns = features.flatMap((feature, i) => {
      const value = featureSql(0, feature, lifetime)!;
      return [`${value} AS "v${i}"`, `${statusSql(0, value, lifetime)} AS "s${i}"`];
    });
    return `(SELECT "~row", ${columns.join(', ')} FROM (${matchedSql(source, 0, matches)}))`;
  };
  const differing = features.map(
    (_, i) => `count(*) FILTER (a."v${i}" IS DISTINCT FROM b."v${i}" OR a."s${i}" <> b."s${i}")`,
  );
  const sql = `SELECT ${differing.join(' + ')} FROM ${side('"~differ_mine"')} a JOIN ${side('"~differ_other"')} b USING ("~row")`;
  const [row] = await rowsOf(connection, sql);
  return Number(row![0]);
}

async function countByKernel(connection: DuckDBConnection, source: EntrySource): Promise<number> {
  if (source.entry.features.length === 0) return 0;
  const names = columnsRead(source.entry.features).map((name) => matchedColumn(0, name));
  const columns = (side: string): string =>
    [matchColumn(0, 'event'), ...names].map((name) => `${side}.${name}`).join(', ');
  const side = (matches: string): string => `(${matchedSql(source, 0, matches)})`;
  const result = await connection.stream(
    `SELECT a."~t", ${columns('a')}, ${columns('b')}
     FROM ${side('"~differ_mine"')} a JOIN ${side('"~differ_other"')} b USING ("~row")`,
  );
  const compare = comparerOf(source.entry);
  let count = 0;
  for await (const chunk of result) count += compare(chunk);
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
