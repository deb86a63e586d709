import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ColumnBatch,
  columnOf,
  concatBatches,
  sliceRows,
  valueAt,
} from '../../src/definition/column-batch.js';
import { DuckdbFiles } from '../../src/offline/adapter/duckdb-files.js';
import { DuckdbParquet } from '../../src/offline/adapter/duckdb-parquet.js';
import { FrameFiles } from '../../src/offline/frame-files.js';
import { FRAME_FORMATS } from '../../src/offline/frame-format.js';

const LIMITS = { memoryLimit: '256MB', threads: 2 };

const COLUMNS = [
  { name: 'id', type: 'INT64' },
  { name: 'at', type: 'TIMESTAMP' },
  { name: 'x', type: 'FLOAT64' },
  { name: 'text', type: 'STRING' },
  { name: 'list', type: 'ARRAY<FLOAT64>' },
] as const;

/** Rows with a NULL here and there, and numbers that only exact carriers keep. */
function rowsOf(count: number): ColumnBatch {
  const rows = Array.from({ length: count }, (_, row) => row);
  return {
    rowCount: count,
    columns: new Map([
      [
        'id',
        columnOf(
          'INT64',
          rows.map((row) => 2n ** 60n + BigInt(row)),
        ),
      ],
      [
        'at',
        columnOf(
          'TIMESTAMP',
          rows.map((row) => BigInt(row) * 1_000_001n),
        ),
      ],
      [
        'x',
        columnOf(
          'FLOAT64',
          rows.map((row) => (row % 5 === 0 ? null : row / 3)),
        ),
      ],
      [
        'text',
        columnOf(
          'STRING',
          rows.map((row) => (row % 7 === 0 ? null : `é${row}`)),
        ),
      ],
      [
        'list',
        columnOf(
          'ARRAY<FLOAT64>',
          rows.map((row) => (row % 3 === 0 ? [] : [row, 0.1])),
        ),
      ],
    ]),
  };
}

async function* inBatches(rows: ColumnBatch, size: number): AsyncIterable<ColumnBatch> {
  for (let start = 0; start < rows.rowCount; start += size) {
    yield sliceRows(rows, start, Math.min(rows.rowCount, start + size));
  }
}

async function all(batches: AsyncIterable<ColumnBatch>): Promise<ColumnBatch> {
  const parts: ColumnBatch[] = [];
  for await (const batch of batches) parts.push(batch);
  return concatBatches(parts);
}

/** What stands under a NULL means nothing. */
function valuesOf({ rowCount, columns }: ColumnBatch) {
  return COLUMNS.map(({ name }) =>
    Array.from({ length: rowCount }, (_, row) => valueAt(columns.get(name)!, row)),
  );
}

describe('frames as files', () => {
  let folder: string;
  let reader: DuckdbFiles;
  let files: FrameFiles;
  const parquet = new DuckdbParquet(LIMITS);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'frames-'));
    reader = await DuckdbFiles.open(LIMITS);
    files = new FrameFiles(reader, parquet);
  });
  afterAll(async () => {
    await reader.close();
    await rm(folder, { recursive: true });
  });

  it.each(FRAME_FORMATS)('come back from %s as they were written', async (format) => {
    const rows = rowsOf(3_000);
    const file = { kind: 'file', path: join(folder, `all.${format}`), format } as const;
    await files.write(file, COLUMNS, inBatches(rows, 700));
    const read = await all(files.read(file, COLUMNS));
    expect(read.rowCount).toBe(rows.rowCount);
    expect(valuesOf(read)).toEqual(valuesOf(rows));
  });

  it.each(FRAME_FORMATS)('come back from %s without a row', async (format) => {
    const file = { kind: 'file', path: join(folder, `none.${format}`), format } as const;
    await files.write(file, COLUMNS, inBatches(rowsOf(0), 1));
    expect((await all(files.read(file, COLUMNS))).rowCount).toBe(0);
  });

  it('are the same Parquet bytes however the rows are batched, in order beyond one row group', async () => {
    const rows = rowsOf(130_000);
    const [one, many] = [join(folder, 'one.parquet'), join(folder, 'many.parquet')];
    await parquet.write(one, COLUMNS, inBatches(rows, 130_000));
    await parquet.write(many, COLUMNS, inBatches(rows, 4_099));
    expect((await readFile(one)).equals(await readFile(many))).toBe(true);
    const read = await all(files.read({ kind: 'file', path: many, format: 'parquet' }, COLUMNS));
    expect(read.columns.get('id')).toEqual(rows.columns.get('id'));
    expect(read.columns.get('text')).toEqual(rows.columns.get('text'));
  });

  it('leave nothing behind when their rows fail', async () => {
    async function* failing(): AsyncIterable<ColumnBatch> {
      yield rowsOf(10);
      throw new Error('half-way');
    }
    await expect(parquet.write(join(folder, 'failed.parquet'), COLUMNS, failing())).rejects.toThrow(
      'half-way',
    );
    expect((await readdir(folder)).filter((name) => name.startsWith('failed'))).toEqual([]);
  });

  it('say their columns, and are copied without some of them', async () => {
    const [path, to] = [join(folder, 'wide.parquet'), join(folder, 'narrow.parquet')];
    await parquet.write(path, COLUMNS, inBatches(rowsOf(5), 5));
    expect(await parquet.columns(path)).toEqual(COLUMNS);
    await parquet.copyWithout(path, new Set(['x', 'list']), to);
    expect((await parquet.columns(to)).map(({ name }) => name)).toEqual(['id', 'at', 'text']);
    await expect(parquet.columns(join(folder, 'none'))).rejects.toMatchObject({ code: 'INVALID_FILE' });
  });
});
