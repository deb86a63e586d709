import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { compileColumnarKernel } from '../../compile/kernel.js';
import type { LatestEntry, ServiceFeature } from '../../compile/service-reads.js';
import {
  columnsRead,
  featureSql,
  type LatestSource,
  matchColumn,
  matchedColumn,
  matchedSql,
  statusSql,
} from '../../compile/sql/point-in-time.js';
import { type Column, valueAt } from '../../definition/column-batch.js';
import { featureStatus, rowStatus } from '../../definition/status.js';
import { sameValue } from '../../definition/value.js';
import { columnOfVector } from './duckdb-column.js';
import type { BothMatches } from './duckdb-match.js';
import { fillTable, rowsOf } from './duckdb-session.js';

/** Frame rows for which two rules match different rows of one entry. */
export type Differing = {
  /** Table of `"~row"`, `"~t"` and the sequences by either rule, `"~mine"` and `"~other"`. */
  readonly table: string;
  readonly entry: number;
  readonly source: LatestSource;
  /** Whether the answer is by the first of the two, so that its rows stand in `"~joined"`. */
  readonly isAnswer: boolean;
};

/** Keeps where two sets of matches differ, which agree on rows that `other` lacks. */
export async function keepDifferences(
  connection: DuckDBConnection,
  table: string,
  { mine, other }: BothMatches,
): Promise<void> {
  const differing = [
    'SELECT "~row", m."~t", m."~sequence" AS "~mine", o."~sequence" AS "~other"',
    `FROM ${mine} m JOIN ${other} o USING ("~row") WHERE m."~sequence" IS DISTINCT FROM o."~sequence"`,
  ];
  await fillTable(connection, table, differing.join('\n'));
}

/**
 * Values, with their statuses, that are different there (S17): by SQL, and by the kernel where that alone knows the value
 * (S8). `"~joined"` is there.
 */
export async function countDifferences(connection: DuckDBConnection, differing: Differing): Promise<number> {
  const { source, entry } = differing;
  const { shown: features, featureSet } = source.entry;
  const inSql = features.filter((feature) => featureSql(entry, feature, featureSet.lifetime) !== null);
  const byKernel = features.filter((feature) => !inSql.includes(feature));
  return (
    (await countInSql(connection, differing, inSql)) + (await countByKernel(connection, differing, byKernel))
  );
}

/** The matched rows by either rule, as FROM items. */
function sidesOf({ table, entry, source, isAnswer }: Differing): readonly [mine: string, other: string] {
  const side = (sequence: string): string => {
    const matches = `(SELECT "~row", "~t", ${sequence} AS "~sequence" FROM ${table})`;
    return `(${matchedSql(source, entry, matches)})`;
  };
  // The rows that differ first: the frame is not hashed as a whole.
  const answered = `(SELECT j.* FROM "~joined" j SEMI JOIN ${table} d USING ("~row"))`;
  return [isAnswer ? answered : side('"~mine"'), side('"~other"')];
}

async function countInSql(
  connection: DuckDBConnection,
  differing: Differing,
  features: readonly ServiceFeature[],
): Promise<number> {
  if (features.length === 0) return 0;
  const { entry, source } = differing;
  const { lifetime } = source.entry.featureSet;
  const values = features.flatMap((feature, i) => {
    const value = featureSql(entry, feature, lifetime)!;
    return [`${value} AS "v${i}"`, `${statusSql(entry, value, lifetime)} AS "s${i}"`];
  });
  const counts = features.map(
    (_, i) => `count(*) FILTER (a."v${i}" IS DISTINCT FROM b."v${i}" OR a."s${i}" <> b."s${i}")`,
  );
  const [a, b] = sidesOf(differing).map((side) => `(SELECT "~row", ${values.join(', ')} FROM ${side})`);
  const sql = `SELECT ${counts.join(' + ')} FROM ${a!} a JOIN ${b!} b USING ("~row")`;
  const [row] = await rowsOf(connection, sql);
  return Number(row![0]);
}

async function countByKernel(
  connection: DuckDBConnection,
  differing: Differing,
  features: readonly ServiceFeature[],
): Promise<number> {
  if (features.length === 0) return 0;
  const { entry, source } = differing;
  const names = columnsRead(features).map((name) => matchedColumn(entry, name));
  const columns = (side: string): string =>
    [matchColumn(entry, 'event'), ...names].map((name) => `${side}.${name}`).join(', ');
  const [a, b] = sidesOf(differing);
  const result = await connection.stream(
    `SELECT b."~t", ${columns('a')}, ${columns('b')} FROM ${a!} a JOIN ${b!} b USING ("~row")`,
  );
  const compare = comparerOf({ ...source.entry, features });
  let count = 0;
  for await (const chunk of result) count += compare(chunk);
  return count;
}

/** One rule's answer for the rows of a chunk: the state of each matched row, and a column a feature. */
type Side = { readonly states: readonly RowState[]; readonly features: readonly Column[] };

type RowState = ReturnType<typeof rowStatus>;

function comparerOf(entry: LatestEntry): (chunk: DuckDBDataChunk) => number {
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
function sideReader(entry: LatestEntry): (chunk: DuckDBDataChunk, first: number, t: Column) => Side {
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
