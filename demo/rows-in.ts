import type { DuckDBConnection } from '@duckdb/node-api';
import type { PlumblineClient } from '../sdk/typescript/src/client.js';
import type { Row } from '../sdk/typescript/src/wire.js';
import { formatTimestamp } from '../src/definition/time.js';
import { sqlText } from './duckdb.js';
import { FILE } from './prepare.js';
import { counted, type Progress } from './progress.js';
import { knownFile, LIVE_SOURCES } from './sources.js';

/** Rows a push request holds: about 100 kB of JSON. */
const PUSH_ROWS = 500;

/** Loads everything that was known when the week began, one job a file. */
export async function loadFiles(client: PlumblineClient, progress: Progress): Promise<void> {
  const files = [
    { source: 'airframes', path: FILE.airframes },
    ...LIVE_SOURCES.map((live) => ({ source: live.source, path: knownFile(live) })),
  ];
  for (const { source, path } of files) {
    const startedMs = performance.now();
    const format = path.endsWith('.csv') ? 'csv' : 'parquet';
    const { rows } = await client.waitForJob(await client.load(source, path, format));
    const seconds = (performance.now() - startedMs) / 1000;
    progress.line(`${source}: ${counted(rows)} rows in ${seconds.toFixed(1)} s (${format})`);
  }
}

/** A row that arrives by itself, when it becomes known. */
export type LiveRow = { readonly source: string; readonly createdUs: bigint; readonly row: Row };

/** Rows that became known after `from` and not after `to`, RFC 3339, in that order. */
export async function rowsKnownBetween(
  connection: DuckDBConnection,
  from: string,
  to: string,
): Promise<readonly LiveRow[]> {
  const rows: LiveRow[] = [];
  for (const { source, created } of LIVE_SOURCES) {
    const reader = await connection.runAndReadAll(`
      SELECT *, epoch_us(${created}) AS created_us FROM read_parquet(${sqlText(FILE[source])})
      WHERE ${created} > ${sqlText(from)}::TIMESTAMPTZ AND ${created} <= ${sqlText(to)}::TIMESTAMPTZ`);
    for (const { created_us: createdUs, ...row } of reader.getRowObjects()) {
      rows.push({ source, createdUs: createdUs as bigint, row: jsonRow(row) });
    }
  }
  return rows.sort((a, b) => Number(a.createdUs - b.createdUs));
}

/** Pushes rows as JSON, in their order, the sources beside each other. */
export async function pushRows(client: PlumblineClient, rows: readonly LiveRow[]): Promise<void> {
  const bySource = Map.groupBy(rows, ({ source }) => source);
  const pushes = [...bySource].map(async ([source, mine]) => {
    for (let from = 0; from < mine.length; from += PUSH_ROWS) {
      const part = mine.slice(from, from + PUSH_ROWS);
      await client.push(
        source,
        part.map(({ row }) => row),
      );
    }
  });
  await Promise.all(pushes);
}

/** Instants as RFC 3339 text; a NaN as the text that the door takes for it. */
function jsonRow(row: Readonly<Record<string, unknown>>): Row {
  const entries = Object.entries(row).map(([name, value]) => {
    if (typeof value === 'object' && value !== null && 'micros' in value)
      return [name, formatTimestamp(value.micros as bigint)];
    return [name, typeof value === 'number' && Number.isNaN(value) ? 'NaN' : value];
  });
  return Object.fromEntries(entries) as Row;
}
