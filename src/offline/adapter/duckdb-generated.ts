import type { DuckDBConnection } from '@duckdb/node-api';
import type { ServiceEntry } from '../../compile/service-reads.js';
import { duckdbType, quoteIdentifier } from '../../compile/sql/duckdb.js';
import { changesSql, entitiesSql, type FrameSource, rowTimesSql } from '../../compile/sql/generated-frame.js';
import type { Visibility } from '../../compile/sql/point-in-time-steps.js';
import { PlumblineError } from '../../definition/error.js';
import type { Lifetime } from '../../definition/status.js';
import { readFrame } from '../frame-read.js';
import type { FrameFile, GeneratedFrame, RetrievalQuery } from '../store.js';
import { instantsIn } from './duckdb-column.js';
import { fillFrameTable, ROW_NUMBER } from './duckdb-frame-table.js';
import { type HistoryOf, historyColumn } from './duckdb-history-table.js';
import { rowsOf } from './duckdb-session.js';

/** Rows that a generated frame may have: ten times a large frame; more are a mistake, or several requests. */
const MAX_GENERATED_ROWS = 10_000_000n;

/** A query whose frame history makes. */
export type GeneratedQuery = RetrievalQuery & { readonly frame: GeneratedFrame };

/**
 * Makes the frame of a query as the temporary table `"~frame"`: the key columns of the service and the time column, in the
 * order of both, and {@link ROW_NUMBER}. Throws INVALID_REQUEST for too many rows, and where entities must be named.
 */
export async function makeFrame(
  connection: DuckDBConnection,
  query: GeneratedQuery,
  historyOf: HistoryOf,
): Promise<void> {
  const { frame, service } = query;
  const keys = service.keyColumns.map(({ name }) => quoteIdentifier(name));
  requireChanges(query);
  requireOwnColumns(query);
  if (frame.entities === null) requireWholeKeys(query);
  else await takeEntities(connection, query, frame.entities);
  const sources = service.entries.flatMap((entry) => sourcesOf(query, entry, historyOf));
  if (frame.kind === 'grid') {
    const found = sources.map((source) => entitiesSql(source, frame)).join('\nUNION\n');
    if (frame.entities === null) await connection.run(`CREATE TEMP TABLE "~entities" AS ${found}`);
    await requireGridSize(connection, frame);
  }
  const instants = instantsSql(query, sources, keys);
  await connection.run(`CREATE TEMP TABLE "~instants" AS ${instants}`);
  await requireSize(connection);
  await connection.run(orderedSql(query, keys));
}

/** A column that stands for two keys of one entity would need rows in which both are the same. */
function requireOwnColumns({ service }: GeneratedQuery): void {
  const shared = service.entries.find(({ keyColumns }) => new Set(keyColumns).size < keyColumns.length);
  if (shared === undefined) return;
  const message = `"${shared.alias}" has one column for two of its keys; send a frame instead`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: 'featureService' });
}

/** Aggregates change at every hop, whether or not rows came. */
function requireChanges({ frame, service }: GeneratedQuery): void {
  const windowed = service.entries.find(({ kind }) => kind === 'windowed');
  if (frame.kind !== 'changes' || windowed === undefined) return;
  const message = `"${windowed.alias}" is a feature set of windows, whose values change with time alone; ask for "rows" or a "grid" instead`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: 'mode' });
}

const UNLIMITED: Lifetime = { maxAgeUs: null, retentionUs: null };

/** Without entities the rows of every entry must tell all of the keys. */
function requireWholeKeys({ service }: GeneratedQuery): void {
  const names = service.keyColumns.map(({ name }) => name);
  const short = service.entries.find(({ keyColumns }) => names.some((name) => !keyColumns.includes(name)));
  if (short === undefined) return;
  const message = `"${short.alias}" is keyed by ${short.keyColumns.join(', ')} alone, so the entities (${names.join(', ')}) cannot be told from history; name them`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: 'entities' });
}

async function takeEntities(
  connection: DuckDBConnection,
  { service }: GeneratedQuery,
  { format, ...file }: FrameFile,
): Promise<void> {
  if (format === 'parquet') throw new PlumblineError('INTERNAL', 'entities come as Arrow');
  await fillFrameTable(connection, '~given', readFrame({ ...file, format }, service.keyColumns));
  const keys = service.keyColumns.map(({ name }) => quoteIdentifier(name));
  await connection.run(`CREATE TEMP TABLE "~entities" AS SELECT DISTINCT ${keys.join(', ')} FROM "~given"`);
}

/** The history of an entry; none where `served` is asked for what was never active. */
function sourcesOf(query: GeneratedQuery, entry: ServiceEntry, historyOf: HistoryOf): readonly FrameSource[] {
  const { featureSet, keyColumns } = entry;
  const { source } = featureSet;
  const activation = query.knowledge === 'served' ? query.activations.get(featureSet.id) : null;
  if (activation === undefined) return [];
  const { table, snapshot } = historyOf({ project: query.project, source });
  const keys = featureSet.keyColumns.map(historyColumn);
  const frameKeys = keyColumns.map(quoteIdentifier);
  const equal = keys.map((key, i) => `h.${key} = e.${frameKeys[i]!}`).join(' AND ');
  const asked = `(SELECT h.* FROM ${table} h SEMI JOIN "~entities" e ON ${equal})`;
  const visibility: Visibility = query.knowledge;
  return [
    {
      history: {
        table: query.frame.entities === null ? table : asked,
        keys,
        keyTypes: featureSet.keyTypes,
        eventTime: historyColumn(source.eventTime),
        orderColumn: source.orderColumn === undefined ? null : historyColumn(source.orderColumn),
        after: -1n,
        through: snapshot,
      },
      visibility,
      // Aggregates are never too old (S15).
      lifetime: featureSet.kind === 'stored' ? featureSet.lifetime : UNLIMITED,
      tombstone: source.tombstone === undefined ? null : historyColumn(source.tombstone),
      activeFromUs: activation?.visibleUs ?? null,
      frameKeys,
    },
  ];
}

/** The rows of the frame without order: the frame's key columns and `"~t"`, TIMESTAMP, each once. */
function instantsSql(
  { frame, service }: GeneratedQuery,
  sources: readonly FrameSource[],
  keys: readonly string[],
): string {
  if (frame.kind === 'grid') {
    const times = `unnest(generate_series(${frame.fromUs}::BIGINT, ${frame.toUs}::BIGINT, ${frame.everyUs}::BIGINT))`;
    return `SELECT ${keys.join(', ')}, make_timestamp("~us") AS "~t" FROM "~entities", (SELECT ${times} AS "~us")`;
  }
  const timesSql = frame.kind === 'rows' ? rowTimesSql : changesSql;
  const parts = sources.map((source) => {
    const times = timesSql(source, frame);
    if (frame.entities === null) return `SELECT ${keys.join(', ')}, "~t" FROM (${times})`;
    const own = keys.map((key) => `e.${key}`).join(', ');
    const equal = source.frameKeys.map((key) => `e.${key} = c.${key}`).join(' AND ');
    return `SELECT ${own}, c."~t" FROM "~entities" e JOIN (${times}) c ON ${equal}`;
  });
  const none = service.keyColumns.map(
    ({ name, type }) => `NULL::${duckdbType(type)} AS ${quoteIdentifier(name)}`,
  );
  parts.push(`SELECT ${none.join(', ')}, NULL::TIMESTAMP AS "~t" WHERE false`);
  return parts.join('\nUNION\n');
}

function orderedSql({ service, timeColumn }: GeneratedQuery, keys: readonly string[]): string {
  const order = [...keys.map((key) => `${key} NULLS FIRST`), '"~t"'].join(', ');
  const columns = service.keyColumns.map(({ name, type }) => {
    const key = quoteIdentifier(name);
    return `CAST(${key} AS ${instantsIn(duckdbType(type))}) AS ${key}`;
  });
  const time = `CAST("~t" AS TIMESTAMP WITH TIME ZONE) AS ${quoteIdentifier(timeColumn)}`;
  return `CREATE TEMP TABLE "~frame" AS SELECT ${columns.join(', ')}, ${time}, row_number() OVER (ORDER BY ${order}) - 1 AS ${ROW_NUMBER} FROM "~instants" ORDER BY ${order}`;
}

/** Before the grid is made: it may be larger than any memory. */
async function requireGridSize(connection: DuckDBConnection, frame: GeneratedFrame): Promise<void> {
  const entities = await countOf(connection, '"~entities"');
  requireCount(entities * ((frame.toUs - frame.fromUs) / frame.everyUs! + 1n));
}

async function requireSize(connection: DuckDBConnection): Promise<void> {
  requireCount(await countOf(connection, '"~instants"'));
}

async function countOf(connection: DuckDBConnection, table: string): Promise<bigint> {
  const [row] = await rowsOf(connection, `SELECT count(*) FROM ${table}`);
  return BigInt(row![0] as bigint | number);
}

function requireCount(count: bigint): void {
  if (count <= MAX_GENERATED_ROWS) return;
  const message = `the answer would have ${count} rows, and may have ${MAX_GENERATED_ROWS}; ask for a shorter time, fewer entities or a wider grid`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: 'to' });
}
