import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { duckdbType, quoteIdentifier } from '../../compile/sql/duckdb.js';
import { type ColumnBatch, sliceRows } from '../../definition/column-batch.js';
import type { TypedColumn } from '../file-reader.js';
import type { ParquetFiles } from '../parquet-files.js';
import type { AnswerColumn } from '../store.js';
import { CHUNK_ROWS, chunkOf, instantsIn, valueTypeOf } from './duckdb-column.js';
import { requireQuotableNames } from './duckdb-frame-table.js';
import { copyToParquet, encodingOf, type ParquetEncoding, ROW_GROUP_ROWS } from './duckdb-parquet-copy.js';
import { DuckdbDatabase, type DuckdbLimits, sqlText, unreadable } from './duckdb-session.js';

/** Parquet through a DuckDB in memory that lives as long as each call. */
export class DuckdbParquet implements ParquetFiles {
  constructor(private readonly limits: DuckdbLimits) {}

  columns(path: string): Promise<readonly AnswerColumn[]> {
    return this.session(async (connection) => {
      try {
        const result = await connection.run(`SELECT * FROM ${fileItem([path])} LIMIT 0`);
        const types = result.columnTypes();
        return result.columnNames().map((name, i) => ({ name, type: valueTypeOf(types[i]!) }));
      } catch (error) {
        throw unreadable(path, error, 'INVALID_FILE');
      }
    });
  }

  /** By way of files of one row group each, which are joined as a stream: a whole table would have to fit into memory. */
  async write(
    path: string,
    columns: readonly TypedColumn[],
    batches: AsyncIterable<ColumnBatch>,
  ): Promise<void> {
    requireQuotableNames(columns.map(({ name }) => name));
    const folder = await mkdtemp(join(dirname(path), `${basename(path)}-`));
    try {
      await this.session(async (connection) => {
        const groups = new RowGroups(connection, columns, folder);
        for await (const batch of batches) await groups.add(batch);
        const { files, encoding } = await groups.finish();
        const whole = join(folder, 'whole.parquet');
        if (files.length > 1)
          await copyToParquet(connection, `SELECT * FROM ${fileItem(files)}`, whole, encoding);
        await rename(files.length > 1 ? whole : files[0]!, path);
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  copyWithout(path: string, dropped: ReadonlySet<string>, to: string): Promise<void> {
    return this.session(async (connection) => {
      try {
        const result = await connection.run(`SELECT * FROM ${fileItem([path])} LIMIT 0`);
        const kept = result.columnNames().filter((name) => !dropped.has(name));
        const select = `SELECT ${kept.map(quoteIdentifier).join(', ')} FROM ${fileItem([path])}`;
        await copyToParquet(connection, select, to, await encodingOf(connection, select));
      } catch (error) {
        throw unreadable(path, error, 'INVALID_FILE');
      }
    });
  }

  private async session<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const database = await DuckdbDatabase.open(':memory:', this.limits);
    try {
      return await database.session(work);
    } finally {
      database.close();
    }
  }
}

/** Gathers rows and writes each {@link ROW_GROUP_ROWS} of them into a file of its own. */
class RowGroups {
  private readonly files: string[] = [];
  private encoding: ParquetEncoding = 'dictionaries';
  private appender: DuckDBAppender | null = null;
  private rows = 0;
  private unflushed = 0;

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly columns: readonly TypedColumn[],
    private readonly folder: string,
  ) {}

  async add(batch: ColumnBatch): Promise<void> {
    for (let start = 0; start < batch.rowCount; ) {
      const rows = Math.min(CHUNK_ROWS, batch.rowCount - start, ROW_GROUP_ROWS - this.rows);
      await this.append(sliceRows(batch, start, start + rows));
      start += rows;
      this.rows += rows;
      if (this.rows === ROW_GROUP_ROWS) await this.flush();
    }
  }

  /** The files, in order, at least one, and the encoding that their rows need together. */
  async finish(): Promise<{ readonly files: readonly string[]; readonly encoding: ParquetEncoding }> {
    if (this.rows > 0 || this.files.length === 0) await this.flush();
    return { files: this.files, encoding: this.encoding };
  }

  private async append({ columns, rowCount }: ColumnBatch): Promise<void> {
    this.appender ??= await this.table();
    const ordered = this.columns.map(({ name }) => columns.get(name)!);
    this.appender.appendDataChunk(chunkOf(ordered, 0, rowCount));
    this.unflushed += rowCount;
    if (this.unflushed < FLUSH_ROWS) return;
    this.appender.flushSync();
    this.unflushed = 0;
    await nextTurn();
  }

  private async flush(): Promise<void> {
    if (this.appender === null) await this.table();
    this.appender?.closeSync();
    this.appender = null;
    this.rows = 0;
    this.unflushed = 0;
    const file = join(this.folder, `${this.files.length}.parquet`);
    const select = `SELECT * FROM ${GROUP}`;
    const encoding = await encodingOf(this.connection, select);
    if (encoding === 'plain') this.encoding = 'plain';
    await copyToParquet(this.connection, select, file, encoding);
    this.files.push(file);
  }

  private async table(): Promise<DuckDBAppender> {
    const columns = this.columns.map(
      ({ name, type }) => `${quoteIdentifier(name)} ${instantsIn(duckdbType(type))}`,
    );
    await this.connection.run(`CREATE OR REPLACE TABLE ${GROUP} (${columns.join(', ')})`);
    return this.connection.createAppender(GROUP_NAME);
  }
}

/** Rows that the appender takes into its table at once, which holds up the event loop for some milliseconds. */
const FLUSH_ROWS = 4 * CHUNK_ROWS;

const GROUP_NAME = 'row_group';
const GROUP = quoteIdentifier(GROUP_NAME);

/** Names of folders say nothing here. */
function fileItem(paths: readonly string[]): string {
  return `read_parquet([${paths.map(sqlText).join(', ')}], hive_partitioning = false)`;
}
