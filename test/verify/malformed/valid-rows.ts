import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  Dictionary,
  Field,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { columnOf } from '../../../src/definition/column-batch.js';
import { jsonOf, stringifyJson } from '../../../src/definition/json-value.js';
import type { Value } from '../../../src/definition/value.js';
import type { ValueType } from '../../../src/definition/value-type.js';
import { arrowBytes } from '../../../src/offline/arrow.js';

/** Name of the column, its type, and its value in a row of this key. */
export const COLUMNS: readonly (readonly [string, ValueType, (key: string) => Value])[] = [
  ['k', 'STRING', (key) => key],
  ['at', 'TIMESTAMP', () => 1_383_458_400_000_000n],
  ['i', 'INT64', (key) => BigInt(key.length) * 9_007_199_254_740_993n],
  ['f', 'FLOAT64', () => -0.1],
  ['b', 'BOOL', () => true],
  ['y', 'BYTES', (key) => Buffer.from(key)],
  ['d', 'DATE', () => 16_012],
  ['e', 'ARRAY<FLOAT64>', () => [0.5, -0.0]],
  ['n', 'ARRAY<INT64>', (key) => [1n, BigInt(key.length)]],
];

/** Rows of valid values, one for each key, in every format that the doors read. */
export const ROWS: Readonly<
  Record<'json' | 'ndjson' | 'csv' | 'arrow' | 'dictionary', (keys: readonly string[]) => Buffer>
> = {
  json: (keys) => Buffer.from(`{"rows":[${keys.map(jsonRow).join(',')}]}`),
  ndjson: (keys) => Buffer.from(keys.map((key) => `${jsonRow(key)}\n`).join('')),
  csv: (keys) => Buffer.from(`${COLUMNS.map(([name]) => name).join(',')}\n${keys.map(csvRow).join('')}`),
  arrow: (keys) => {
    const columns = COLUMNS.map(([name, type, value]) => [name, columnOf(type, keys.map(value))] as const);
    return Buffer.from(arrowBytes({ rowCount: keys.length, columns: new Map(columns) }));
  },
  dictionary,
};

/** Writes the same rows as Parquet. */
export class ParquetWriter {
  private constructor(
    private readonly folder: string,
    private readonly run: (sql: string) => Promise<unknown>,
  ) {}

  static async open(folder: string): Promise<ParquetWriter> {
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    return new ParquetWriter(folder, (sql) => connection.run(sql));
  }

  async write(name: string, keys: readonly string[]): Promise<string> {
    const path = join(this.folder, name);
    const listed = keys.map((key) => `('${key}')`).join(', ');
    await this.run(`COPY (SELECT k, TIMESTAMPTZ '2013-11-03 06:00:00+00' AS at, length(k)::BIGINT AS i, -0.1::DOUBLE AS f,
      true AS b, k::BLOB AS y, DATE '2013-11-03' AS d, [0.5, -0.0]::DOUBLE[] AS e, [1, length(k)]::BIGINT[] AS n
      FROM (VALUES ${listed}) t (k)) TO '${path}' (FORMAT parquet, COMPRESSION ${keys.length % 2 === 0 ? 'zstd' : 'uncompressed'})`);
    return path;
  }
}

/** A key column as a dictionary, beside the other columns. */
function dictionary(keys: readonly string[]): Buffer {
  const plain = tableFromIPC(ROWS.arrow(keys));
  const encoded = vectorFromArray(keys, new Dictionary(new Utf8(), new Int32()));
  const children = plain.schema.fields.map(({ name }) =>
    name === 'k' ? encoded.data[0]! : plain.getChild(name)!.data[0]!,
  );
  const fields = plain.schema.fields.map(({ name }, i) => new Field(name, children[i]!.type, true));
  const data = makeData({ type: new Struct(fields), length: keys.length, nullCount: 0, children });
  return Buffer.from(tableToIPC(new Table(new RecordBatch(new Schema(fields), data)), 'stream'));
}

function jsonRow(key: string): string {
  const members = COLUMNS.map(([name, type, value]) => [name, jsonOf(type, value(key))]);
  return stringifyJson(Object.fromEntries(members));
}

function csvRow(key: string): string {
  const fields = COLUMNS.map(([, type, value]) => {
    const json = jsonOf(type, value(key));
    return Array.isArray(json) ? `"${stringifyJson(json).replaceAll('"', '""')}"` : String(json);
  });
  return `${fields.join(',')}\n`;
}
