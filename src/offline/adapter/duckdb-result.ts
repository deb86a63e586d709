import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';
import { duckdbType, quoteIdentifier } from '../../compile/sql/duckdb.js';
import {
  type EntrySource,
  eventTimeSql,
  statusSql,
  windowStatusSql,
  windowValueSql,
  withDefaultSql,
} from '../../compile/sql/point-in-time.js';
import { type Column, type ColumnBatch, concatBatches, sliceRows } from '../../definition/column-batch.js';
import { PlumblineError } from '../../definition/error.js';
import type { ValueType } from '../../definition/value-type.js';
import type { TypedColumn } from '../file-reader.js';
import {
  type AnswerColumn,
  eventTimeName,
  type RetrievalQuery,
  type RetrievalReport,
  type RetrievalResult,
  statusName,
} from '../store.js';
import { CHUNK_ROWS, columnOfVector, instantsIn, valueTypeOf } from './duckdb-column.js';
import { interruptOn } from './duckdb-interrupt.js';
import { computeByKernel, kernelFeatures, rawFeatureSql } from './duckdb-kernel.js';
import { copyToParquet, encodingOf } from './duckdb-parquet-copy.js';
import { computeReads, readColumn, withKernelSql } from './duckdb-reads.js';
import { outOfMemory } from './duckdb-session.js';

export type JoinedFrame = {
  readonly connection: DuckDBConnection;
  readonly query: RetrievalQuery;
  readonly sources: readonly EntrySource[];
  readonly frameColumns: ReadonlyMap<string, DuckDBType>;
  readonly report: RetrievalReport;
};

/** What can be done with the joined frame: features are computed as it is written out. */
export async function resultOf(joined: JoinedFrame): Promise<RetrievalResult> {
  const { connection, sources, query } = joined;
  const features = kernelFeatures(sources);
  if (features.length > 0) {
    const work = { features, joined: '~joined', into: '~kernel' };
    requireEveryRow(joined, await computeByKernel(connection, work));
  }
  const withKernel = withKernelSql('~joined', features.length > 0 ? '~kernel' : null);
  const { service } = query;
  if (service.reads.length > 0) {
    const work = { service, sources, from: withKernel, into: '~reads' };
    requireEveryRow(joined, await computeReads(connection, work));
  }
  const from = service.reads.length === 0 ? withKernel : `${withKernel} JOIN "~reads" USING ("~row")`;
  const outputs = outputColumns(joined);
  const order = from === '"~joined"' ? '' : ' ORDER BY "~row"';
  const select = (asked: readonly OutputColumn[]): string =>
    `SELECT ${asked.map(({ name, sql }) => `${sql} AS ${quoteIdentifier(name)}`).join(', ')} FROM ${from}${order}`;
  return {
    report: joined.report,
    columns: outputs,
    writeParquet: (path) => writeParquet(joined, select(outputs), path),
    batches: (names) => {
      const asked = names === undefined ? outputs : outputs.filter(({ name }) => names.has(name));
      return batchesOf(joined, asked, select(asked));
    },
    close: async () => joined.connection.closeSync(),
  };
}

async function writeParquet(
  { connection, query: { signal } }: JoinedFrame,
  select: string,
  path: string,
): Promise<void> {
  const release = interruptOn(connection, signal);
  try {
    await copyToParquet(connection, select, path, await encodingOf(connection, select));
  } catch (error) {
    signal?.throwIfAborted();
    throw outOfMemory(error);
  } finally {
    release();
  }
}

/** Rows out = rows in, always (S16). */
function requireEveryRow({ report }: JoinedFrame, rows: number): void {
  if (rows === report.rows) return;
  throw new PlumblineError('INTERNAL', `${rows} of ${report.rows} rows came back from the join`);
}

type OutputColumn = AnswerColumn & { readonly sql: string };

function outputColumns(joined: JoinedFrame): readonly OutputColumn[] {
  const frame = [...joined.frameColumns].map(([name, type]) => ({
    name,
    sql: quoteIdentifier(name),
    type: valueTypeOf(type),
  }));
  const { query, sources } = joined;
  const features = query.service.parts.flatMap((part) =>
    part.kind === 'entry'
      ? entryColumns(query, sources[part.entry]!, part.entry)
      : readColumns(query, part.reads),
  );
  return [...frame, ...features];
}

function entryColumns(query: RetrievalQuery, source: EntrySource, place: number): readonly OutputColumn[] {
  const columns = source.entry.shown.flatMap((feature): OutputColumn[] => {
    const { outputName: name, type } = feature;
    const { value, status } = cellSql(source, place, feature.index);
    const output: OutputColumn = { name, type, sql: utc(value, type) };
    if (!query.include.includes('status')) return [output];
    return [output, { name: statusName(name), type: 'STRING', sql: status }];
  });
  if (!query.include.includes('eventTime')) return columns;
  const eventTime = {
    name: eventTimeName(source.entry.alias),
    type: 'TIMESTAMP' as const,
    sql: utc(entryTimeSql(source, place), 'TIMESTAMP'),
  };
  return [...columns, eventTime];
}

/** A feature's value, with its default, and its status. */
function cellSql(
  source: EntrySource,
  place: number,
  index: number,
): { readonly value: string; readonly status: string } {
  if (source.kind === 'windowed') {
    const feature = source.entry.features.find((each) => each.index === index)!;
    return {
      value: windowValueSql(source, place, feature),
      status: windowStatusSql(source, place, feature),
    };
  }
  const { features, featureSet } = source.entry;
  const feature = features.find((each) => each.index === index)!;
  const raw = rawFeatureSql(source, place, feature);
  return { value: withDefaultSql(raw, feature), status: statusSql(place, raw, featureSet.lifetime) };
}

/** Aggregates rest on many rows. */
function entryTimeSql(source: EntrySource, place: number): string {
  return source.kind === 'latest' ? eventTimeSql(place, source.entry.featureSet.lifetime) : 'NULL::TIMESTAMP';
}

/** Computed values rest on several rows, so no event time stands beside them. */
function readColumns(
  { service, include }: RetrievalQuery,
  places: readonly number[],
): readonly OutputColumn[] {
  return places.flatMap((place): OutputColumn[] => {
    const read = service.reads[place]!;
    const { name, type } = read;
    const raw = readColumn(place);
    const output: OutputColumn = { name, type, sql: utc(withDefaultSql(raw, read), type) };
    if (!include.includes('status')) return [output];
    const status = `CASE WHEN ${raw} IS NULL THEN 'NULL' ELSE 'PRESENT' END`;
    return [output, { name: statusName(name), type: 'STRING', sql: status }];
  });
}

/** History holds UTC without a zone; what goes out says that it is UTC. */
function utc(sql: string, type: ValueType): string {
  const plain = duckdbType(type);
  const zoned = instantsIn(plain);
  return zoned === plain ? sql : `CAST(${sql} AS ${zoned})`;
}

/** Throws at once what a batch cannot carry, before any of it is sent. */
function batchesOf(
  { connection, frameColumns }: JoinedFrame,
  outputs: readonly OutputColumn[],
  select: string,
): AsyncIterable<ColumnBatch> {
  const typed = outputs.map(({ name, type }): TypedColumn => {
    if (type !== null) return { name, type };
    const message = `column "${name}" is ${frameColumns.get(name)}, which only a retrieval into Parquet carries; cast it, or leave it out`;
    throw new PlumblineError('INVALID_FRAME', message, { path: name });
  });
  return evenBatches(chunkBatches(connection, select, typed), CHUNK_ROWS);
}

async function* chunkBatches(
  connection: DuckDBConnection,
  select: string,
  columns: readonly TypedColumn[],
): AsyncIterable<ColumnBatch> {
  const result = await connection.stream(select);
  for await (const chunk of result) {
    const { rowCount } = chunk;
    const entries = columns.map(({ name, type }, i): [string, Column] => [
      name,
      columnOfVector(chunk.getColumnVector(i), type, rowCount),
    ]);
    if (rowCount > 0) yield { rowCount, columns: new Map(entries) };
  }
}

/** Rows in batches of one size, whatever chunks the engine gave: where a batch ends shows in the bytes of Arrow (S19). */
async function* evenBatches(batches: AsyncIterable<ColumnBatch>, rows: number): AsyncIterable<ColumnBatch> {
  let rest: ColumnBatch | null = null;
  for await (const batch of batches) {
    let whole: ColumnBatch = rest === null ? batch : concatBatches([rest, batch]);
    while (whole.rowCount > rows) {
      yield sliceRows(whole, 0, rows);
      whole = sliceRows(whole, rows, whole.rowCount);
    }
    rest = whole.rowCount === rows ? null : whole;
    if (rest === null) yield whole;
  }
  if (rest !== null) yield rest;
}
