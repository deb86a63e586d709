import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { firstRow, sqlText } from '../demo/duckdb.js';
import {
  rowFiles,
  SPANS,
  WINDOW_SOURCE,
  type WindowColumn,
  windowFeatures,
  windowFile,
} from './windows-data.js';

/** More than the service's own engine has. */
const MEMORY_LIMIT = '2GiB';

/** Sums of doubles in some order are so near to the exact ones, relative to them. */
const TOLERANCE = 1e-9;

/** DuckDB with a table of the rows, in the order in which they came; its file lies in the folder. */
export async function openByHand(folder: string): Promise<DuckDBConnection> {
  const settings = { memory_limit: MEMORY_LIMIT, threads: '2' };
  const connection = await (await DuckDBInstance.create(join(folder, 'by-hand.duckdb'), settings)).connect();
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

/** Takes the rows into the table. */
export async function takeRows(connection: DuckDBConnection, folder: string): Promise<void> {
  const files = rowFiles(folder).map(sqlText).join(', ');
  await connection.run(`CREATE TABLE ${WINDOW_SOURCE} AS SELECT meter_id, epoch_us(event_ts) AS event_us,
    epoch_us(created_ts) AS created_us, counted, scaled, floating FROM read_parquet([${files}])`);
  await connection.run('CHECKPOINT');
}

/**
 * What somebody would write by hand for windows by what was known (S17, S20): one join of frame and rows by key over the
 * longest window, and each shorter one as a filter. Parquet in, Parquet out.
 */
export async function aggregateByHand(
  connection: DuckDBConnection,
  folder: string,
  column: WindowColumn,
): Promise<void> {
  const lows = SPANS.map(
    ({ name, sizeUs, hopUs }) =>
      `((epoch_us(event_timestamp) - ${sizeUs}) // ${hopUs}) * ${hopUs} AS low_${name}`,
  );
  const longest = SPANS.at(-1)!.name;
  await connection.run(`COPY (
    WITH f AS (SELECT *, epoch_us(event_timestamp) AS t, ${lows.join(', ')}
      FROM read_parquet(${sqlText(windowFile(folder, 'frame'))})),
    a AS (SELECT f.row_id, ${aggregates(column).join(', ')}
      FROM f JOIN ${WINDOW_SOURCE} r ON r.meter_id = f.meter_id
        AND r.event_us > f.low_${longest} AND r.event_us <= f.t AND r.created_us <= f.t
      GROUP BY f.row_id)
    SELECT f.row_id, f.meter_id, f.event_timestamp, a.* EXCLUDE (row_id)
    FROM f LEFT JOIN a USING (row_id) ORDER BY row_id
  ) TO ${sqlText(windowFile(folder, handName(column)))} (FORMAT parquet)`);
}

function aggregates(column: WindowColumn): readonly string[] {
  const { name, summed, unit } = column;
  return SPANS.flatMap((span) => {
    const inside = `FILTER (r.event_us > f.low_${span.name})`;
    const sum = `sum(${summed}) ${inside}`;
    const scaledSum = unit === 1 ? sum : `(${sum})::DOUBLE / ${unit}`;
    return [
      `count(*) ${inside} AS ${name}__count_${span.name}`,
      `${scaledSum} AS ${name}__sum_${span.name}`,
      `(${scaledSum})::DOUBLE / count(*) ${inside} AS ${name}__avg_${span.name}`,
      `max(${name}) ${inside} AS ${name}__max_${span.name}`,
    ];
  });
}

const handName = ({ name }: WindowColumn): string => `${name}-by-hand`;

/** Cells that differ between what the service retrieved (a file of the column's name) and what was written by hand. */
export async function differingCells(
  connection: DuckDBConnection,
  folder: string,
  column: WindowColumn,
): Promise<number> {
  const features = windowFeatures(column).map((feature) => differs(feature, column.inexact));
  const asked = ['meter_id', 'event_timestamp'].map(
    (name) => `(a.${name} IS DISTINCT FROM b.${name})::BIGINT`,
  );
  const row = await firstRow(
    connection,
    `SELECT sum(${[...asked, ...features].join(' + ')} + (a.row_id IS NULL OR b.row_id IS NULL)::BIGINT) AS differences
     FROM read_parquet(${sqlText(windowFile(folder, column.name))}) a
     FULL JOIN read_parquet(${sqlText(windowFile(folder, handName(column)))}) b ON a.row_id = b.row_id`,
  );
  return Number(row['differences']);
}

function differs(feature: string, inexact: boolean): string {
  // Of nothing a join leaves NULL where a count is 0.
  const hand = feature.includes('__count_') ? `coalesce(b.${feature}, 0)` : `b.${feature}`;
  const isDistinct = `a.${feature} IS DISTINCT FROM ${hand}`;
  const isRounded = inexact && /__(sum|avg)_/.test(feature);
  if (!isRounded) return `(${isDistinct})::BIGINT`;
  return `(${isDistinct} AND NOT coalesce(abs(a.${feature} - ${hand}) <= ${TOLERANCE} * abs(${hand}), false))::BIGINT`;
}
