import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { openDuckDb } from '../demo/duckdb.js';
import { RAW } from '../demo/paths.js';
import { checkTransformOutput } from '../src/compile/check.js';
import { TransformFitting } from '../src/compile/fit-transform.js';
import { compileTransform } from '../src/compile/transform.js';
import type { TransformOutput } from '../src/compile/transform-output.js';
import { type ColumnBatch, concatBatches } from '../src/definition/column-batch.js';
import type { ValueType } from '../src/definition/value-type.js';
import { columnOfVector } from '../src/offline/adapter/duckdb-column.js';
import { arrowBytes } from '../src/offline/arrow.js';
import { type BenchResult, median } from './conditions.js';

const ROWS = 1_000_000;
const REPETITIONS = 5;

/** Rows that fitting and applying get at once. */
const ROWS_A_BATCH = 16_384;

/** Columns of the flights; the last two are numbers with fractions. */
const COLUMNS: ReadonlyMap<string, ValueType> = new Map([
  ['distance', 'FLOAT64'],
  ['dep_delay', 'FLOAT64'],
  ['arr_delay', 'FLOAT64'],
  ['air_time', 'FLOAT64'],
  ['sched_block_min', 'FLOAT64'],
  ['speed', 'FLOAT64'],
  ['carrier', 'STRING'],
  ['origin', 'STRING'],
  ['dest', 'STRING'],
  ['tailnum', 'STRING'],
]);

/** Ten transforms, each with something to learn. */
const TRANSFORMS: Readonly<Record<string, string>> = {
  distance: "STANDARD_SCALER(IMPUTER(distance, 'mean') OVER ()) OVER ()",
  speed: 'STANDARD_SCALER(speed) OVER ()',
  dep_delay: 'ROBUST_SCALER(dep_delay) OVER ()',
  arr_delay: 'QUANTILE_BUCKETIZE(arr_delay, 10) OVER ()',
  air_time: "IMPUTER(air_time, 'median') OVER ()",
  block: 'MIN_MAX_SCALER(sched_block_min) OVER ()',
  carrier: 'ONE_HOT_ENCODER(carrier) OVER ()',
  origin: 'ONE_HOT_ENCODER(origin) OVER ()',
  dest: 'LABEL_ENCODER(dest) OVER ()',
  tailnum: 'LABEL_ENCODER(tailnum) OVER ()',
};

/**
 * Fits ten transforms over a million flights of ten columns and applies them, beside DuckDB delivering the same columns from
 * memory: as its own chunks, as the batches that fitting takes, and as Arrow.
 */
export async function transforms(): Promise<BenchResult> {
  const connection = await openFlights();
  const outputs = Object.entries(TRANSFORMS).flatMap(([name, text]) => outputsOf(name, text));
  const seconds = {
    fetch: [] as number[],
    deliver: [] as number[],
    arrow: [] as number[],
    fit: [] as number[],
    apply: [] as number[],
  };
  const hashes = new Set<string>();
  for (let i = 0; i < REPETITIONS; i++) {
    seconds.fetch.push(await timed(() => fetchAll(connection)));
    seconds.arrow.push(
      await timed(async () => {
        for await (const batch of batchesOf(connection)) arrowBytes(batch);
      }),
    );
    const batches: ColumnBatch[] = [];
    seconds.deliver.push(
      await timed(async () => {
        for await (const batch of batchesOf(connection)) batches.push(batch);
      }),
    );
    const fitting = new TransformFitting(outputs, []);
    seconds.fit.push(
      await timed(async () => {
        fitOver(fitting, batches);
        hashes.add(JSON.stringify(fitting.result()));
      }),
    );
    const transform = compileTransform(fitting.result());
    seconds.apply.push(
      await timed(async () => {
        for (const batch of batches) transform.apply(batch);
      }),
    );
  }
  const { fetch, deliver, arrow, fit, apply } = seconds;
  const [fetched, delivered, encoded, fitted, applied] = [fetch, deliver, arrow, fit, apply].map(median);
  return {
    ok: hashes.size === 1,
    metrics: {
      fitRatioToFetch: rounded(fitted! / fetched!),
      fitRatioToColumns: rounded(fitted! / delivered!),
      fitRatioToArrow: rounded(fitted! / encoded!),
      fitSeconds: rounded(fitted!),
      fetchSeconds: rounded(fetched!),
      columnSeconds: rounded(delivered!),
      arrowSeconds: rounded(encoded!),
      appliedRowsPerSecond: Math.round(ROWS / applied!),
      rows: ROWS,
      transforms: outputs.length,
    },
  };
}

/** A million flights in memory: the year three times, with a speed. */
async function openFlights(): Promise<DuckDBConnection> {
  const connection = await openDuckDb();
  const file = join(RAW, 'flights.zstd.parquet');
  const columns = [...COLUMNS].map(
    ([name, type]) => `${name}::${type === 'STRING' ? 'VARCHAR' : 'DOUBLE'} AS ${name}`,
  );
  await connection.run(
    `CREATE TABLE bench_flights AS SELECT ${columns.join(', ')}
     FROM (SELECT *, distance / NULLIF(air_time, 0) AS speed FROM read_parquet('${file}'), range(3)) LIMIT ${ROWS}`,
  );
  return connection;
}

/** DuckDB's own part: every chunk made, none of its values read. */
async function fetchAll(connection: DuckDBConnection): Promise<void> {
  const result = await connection.stream('SELECT * FROM bench_flights');
  let chunk = await result.fetchChunk();
  while (chunk !== null && chunk.rowCount > 0) chunk = await result.fetchChunk();
}

async function* batchesOf(connection: DuckDBConnection): AsyncIterable<ColumnBatch> {
  const result = await connection.stream('SELECT * FROM bench_flights');
  let chunks: ColumnBatch[] = [];
  let rows = 0;
  for (
    let chunk = await result.fetchChunk();
    chunk !== null && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    const { rowCount } = chunk;
    const columns = [...COLUMNS].map(([name, type], index) => {
      return [name, columnOfVector(chunk!.getColumnVector(index), type, rowCount)] as const;
    });
    chunks.push({ rowCount, columns: new Map(columns) });
    rows += rowCount;
    if (rows < ROWS_A_BATCH) continue;
    yield concatBatches(chunks);
    chunks = [];
    rows = 0;
  }
  if (rows > 0) yield concatBatches(chunks);
}

function outputsOf(name: string, text: string): readonly TransformOutput[] {
  const checked = checkTransformOutput(text, COLUMNS);
  if ('problems' in checked) throw new Error(`${text}: ${checked.problems[0]?.message}`);
  return checked.outputs.map(({ expression }) => ({ name, text, expression }));
}

function fitOver(fitting: TransformFitting, batches: readonly ColumnBatch[]): void {
  while (!fitting.done) {
    for (const batch of batches) fitting.add(batch, NO_TIMES);
    fitting.finishPass();
  }
}

/** No expression reads AS_OF(). */
const NO_TIMES = new BigInt64Array(0);

async function timed(run: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await run();
  return (performance.now() - startedMs) / 1000;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
