import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { type ColumnarKernel, compileColumnarKernel } from '../../compile/kernel.js';
import type { ServiceFeature } from '../../compile/service-reads.js';
import { duckdbType, quoteIdentifier } from '../../compile/sql/duckdb.js';
import {
  aliveSql,
  columnsRead,
  type EntrySource,
  featureColumn,
  featureSql,
  type LatestSource,
  matchedColumn,
} from '../../compile/sql/point-in-time.js';
import { type Column, ColumnBuilder, valueAt } from '../../definition/column-batch.js';
import type { ValueType } from '../../definition/value-type.js';
import { chunkOf, columnOfVector } from './duckdb-column.js';

/** A feature that SQL cannot give bit for bit: the kernel computes it from the joined frame (S8). */
export type KernelFeature = {
  readonly entry: number;
  readonly source: LatestSource;
  readonly feature: ServiceFeature;
};

/** The features of a joined frame that the kernel computes. */
export function kernelFeatures(sources: readonly EntrySource[]): readonly KernelFeature[] {
  return sources.flatMap((source, entry) => {
    if (source.kind === 'windowed') return [];
    const { features, featureSet } = source.entry;
    return features
      .filter((feature) => featureSql(entry, feature, featureSet.lifetime) === null)
      .map((feature) => ({ entry, source, feature }));
  });
}

/**
 * The value of a feature of an entry, by its place in the set, over the joined frame and the table of {@link computeByKernel},
 * before its default.
 */
export function rawFeatureSql(
  source: EntrySource,
  place: number,
  { index }: Pick<ServiceFeature, 'index'>,
): string {
  if (source.kind === 'windowed') return featureColumn(place, index);
  const feature = source.entry.features.find((each) => each.index === index)!;
  return featureSql(place, feature, source.entry.featureSet.lifetime) ?? featureColumn(place, index);
}

/** What is computed, over which table of the joined frame, into which table; both unquoted. */
export type KernelWork = {
  readonly features: readonly KernelFeature[];
  readonly joined: string;
  readonly into: string;
};

/**
 * Computes features beside DuckDB (S8): reads the matched columns of the joined frame chunk by chunk, runs the kernel,
 * and leaves the values in a temporary table under `"~row"`, NULL where the row is not alive. Returns the number of rows.
 */
export async function computeByKernel(
  connection: DuckDBConnection,
  { features, joined, into }: KernelWork,
): Promise<number> {
  const columns = features.map(
    ({ entry, feature }) => `${featureColumn(entry, feature.index)} ${duckdbType(feature.type)}`,
  );
  await connection.run(`CREATE TEMP TABLE ${quoteIdentifier(into)} ("~row" BIGINT, ${columns.join(', ')})`);
  const parts = partsOf(features);
  const inputs = parts.flatMap((part) => [
    part.alive,
    ...part.names.map((name) => matchedColumn(part.entry, name)),
  ]);
  // Not streamed: the appender's own flushes would end a stream of the same connection, and temporary tables have but one.
  const result = await connection.run(`SELECT "~row", ${inputs.join(', ')} FROM ${quoteIdentifier(joined)}`);
  const appender = await connection.createAppender(into);
  let rows = 0;
  for await (const chunk of result) {
    if (chunk.rowCount > 0) appender.appendDataChunk(chunkOf(computed(chunk, parts), 0, chunk.rowCount));
    rows += chunk.rowCount;
  }
  appender.closeSync();
  return rows;
}

/** The kernel features of one entry. */
type Part = {
  readonly entry: number;
  readonly alive: string;
  readonly names: readonly string[];
  readonly types: ReadonlyMap<string, ValueType>;
  readonly features: readonly ServiceFeature[];
  readonly kernel: ColumnarKernel;
};

function partsOf(features: readonly KernelFeature[]): readonly Part[] {
  return [...Map.groupBy(features, ({ entry }) => entry)].map(([entry, group]) => {
    const mine = group.map(({ feature }) => feature);
    const { featureSet } = group[0]!.source.entry;
    return {
      entry,
      alive: aliveSql(entry, featureSet.lifetime),
      names: columnsRead(mine),
      types: new Map(featureSet.source.columns.map(({ name, type }) => [name, type])),
      features: mine,
      kernel: compileColumnarKernel(mine),
    };
  });
}

function computed(chunk: DuckDBDataChunk, parts: readonly Part[]): readonly Column[] {
  const { rowCount } = chunk;
  const columns = [columnOfVector(chunk.getColumnVector(0), 'INT64', rowCount)];
  let at = 1;
  for (const part of parts) {
    const alive = columnOfVector(chunk.getColumnVector(at++), 'BOOL', rowCount);
    const inputs = part.names.map((name): [string, Column] => [
      name,
      columnOfVector(chunk.getColumnVector(at++), part.types.get(name)!, rowCount),
    ]);
    const values = part.kernel({ rowCount, columns: new Map(inputs) });
    for (const { name } of part.features) columns.push(onlyWhere(alive, values.columns.get(name)!));
  }
  return columns;
}

function onlyWhere(alive: Column, column: Column): Column {
  const builder = new ColumnBuilder(column.type, column.values.length);
  for (let row = 0; row < column.values.length; row++) {
    builder.set(row, valueAt(alive, row) === true ? valueAt(column, row) : null);
  }
  return builder.finish();
}
