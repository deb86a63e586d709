import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { CompiledFeatureService } from '../../compile/feature-service.js';
import { compileReads, type ReadKernel } from '../../compile/read-kernel.js';
import { duckdbType, quoteIdentifier } from '../../compile/sql/duckdb.js';
import { type EntrySource, withDefaultSql } from '../../compile/sql/point-in-time.js';
import { type Column, type ColumnBatch, finiteColumn, valueAt } from '../../definition/column-batch.js';
import { PlumblineError } from '../../definition/error.js';
import { isValueOf } from '../../definition/value.js';
import type { ValueType } from '../../definition/value-type.js';
import { chunkOf, columnOfVector } from './duckdb-column.js';
import { rawFeatureSql } from './duckdb-kernel.js';

/** The joined frame and, where there are kernel features, their table; as a FROM item whose rows have a `"~row"`. */
export function withKernelSql(joined: string, kernel: string | null): string {
  const from = quoteIdentifier(joined);
  return kernel === null ? from : `${from} JOIN ${quoteIdentifier(kernel)} USING ("~row")`;
}

/** Name of a read expression in the table of {@link computeReads}. */
export function readColumn(place: number): string {
  return quoteIdentifier(`~r${place}`);
}

export type ReadWork = {
  readonly service: CompiledFeatureService;
  readonly sources: readonly EntrySource[];
  /** As {@link withKernelSql} has it. */
  readonly from: string;
  /** The table of the values, unquoted. */
  readonly into: string;
};

/**
 * Computes the read expressions of a service (S5) by the kernel, over the features of the joined frame with their defaults
 * and the request inputs of the frame, and leaves their values, before defaults, in a temporary table under `"~row"`.
 * Returns the number of rows. Throws INVALID_FRAME for a request input that is out of its type's range.
 */
export async function computeReads(connection: DuckDBConnection, work: ReadWork): Promise<number> {
  const { service, from, into } = work;
  const columns = service.reads.map(({ type }, place) => `${readColumn(place)} ${duckdbType(type)}`);
  await connection.run(`CREATE TEMP TABLE ${quoteIdentifier(into)} ("~row" BIGINT, ${columns.join(', ')})`);
  const kernel = compileReads(service.reads);
  const inputs = kernel.inputs.map((name) => inputOf(work, name));
  const selected = ['"~row"', '"~t"', ...inputs.map(({ sql }) => sql)].join(', ');
  // Not streamed: the appender's own flushes would end a stream of the same connection.
  const result = await connection.run(`SELECT ${selected} FROM ${from}`);
  const appender = await connection.createAppender(into);
  let rows = 0;
  try {
    for await (const chunk of result) {
      const { rowCount } = chunk;
      if (rowCount > 0)
        appender.appendDataChunk(chunkOf(computed(chunk, service, kernel, inputs), 0, rowCount));
      rows += rowCount;
    }
  } finally {
    appender.closeSync();
  }
  return rows;
}

type ReadInput = {
  readonly name: string;
  readonly type: ValueType;
  readonly sql: string;
  readonly isRequested: boolean;
};

function inputOf({ service, sources }: ReadWork, name: string): ReadInput {
  for (const [place, source] of sources.entries()) {
    const feature = source.entry.features.find(({ outputName }) => outputName === name);
    if (feature === undefined) continue;
    const sql = withDefaultSql(rawFeatureSql(source, place, feature), feature);
    return { name, type: feature.type, sql, isRequested: false };
  }
  const { type } = service.requestInputs.find((input) => input.name === name)!;
  return { name, type, sql: quoteIdentifier(name), isRequested: true };
}

function computed(
  chunk: DuckDBDataChunk,
  { reads }: CompiledFeatureService,
  kernel: ReadKernel,
  inputs: readonly ReadInput[],
): readonly Column[] {
  const { rowCount } = chunk;
  const row = columnOfVector(chunk.getColumnVector(0), 'INT64', rowCount);
  const t = columnOfVector(chunk.getColumnVector(1), 'TIMESTAMP', rowCount);
  const columns = inputs.map((input, i): [string, Column] => {
    const column = columnOfVector(chunk.getColumnVector(2 + i), input.type, rowCount);
    return [input.name, input.isRequested ? requested(column, input.name, row) : column];
  });
  const batch: ColumnBatch = { rowCount, columns: new Map(columns) };
  const values = kernel.columns(batch, t.values as BigInt64Array);
  return [row, ...reads.map(({ name }) => values.get(name)!)];
}

/** A column of the frame as a value that entered by a door: finite (S3), and in the range of its type. */
function requested(given: Column, name: string, row: Column): Column {
  const column = finiteColumn(given);
  if (!/TIMESTAMP|DATE/.test(column.type)) return column;
  for (let i = 0; i < column.values.length; i++) {
    if (isValueOf(column.type, valueAt(column, i))) continue;
    const place = Number(valueAt(row, i)) + 1;
    const message = `column "${name}" lies outside of the years 1 to 9999 in row ${place}`;
    throw new PlumblineError('INVALID_FRAME', message, { path: name, row: place });
  }
  return column;
}
