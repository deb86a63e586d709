import type { DuckDBConnection } from '@duckdb/node-api';
import type { CompiledFeatureSet } from '../../compile/feature-set.js';
import { duckdbSql, quoteIdentifier } from '../../compile/sql/duckdb.js';
import { restoredSql } from '../../compile/sql/negative-zero.js';
import {
  featureColumn,
  HISTORY_COLUMNS,
  type LatestSource,
  matchColumn,
  matchedColumn,
} from '../../compile/sql/point-in-time.js';
import { distinct, presentSql } from '../../compile/sql/point-in-time-steps.js';
import { PlumblineError } from '../../definition/error.js';
import { namesIn } from '../../definition/expression.js';
import { formatTimestamp } from '../../definition/time.js';
import type { Value } from '../../definition/value.js';
import { elementTypeOf, type ValueType } from '../../definition/value-type.js';
import type { FeatureSetStatistics, FeatureStatistics, QuantileOf, StatisticsQuery } from '../store.js';
import { keyedHistory } from './duckdb-compaction.js';
import { historyColumn, historyTable } from './duckdb-history-table.js';
import { computeByKernel } from './duckdb-kernel.js';
import { horizonOf } from './duckdb-state.js';
import { valuesOf } from './duckdb-values.js';

/** Rows beyond which different values are estimated: counting them exactly holds all of them in memory. */
const EXACT_DISTINCT_ROWS = 1_000_000;

/** Shares of the values for which a quantile is given. */
const QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;

/** Most frequent values that are listed. */
const TOP_VALUES = 10;

/** Beyond, a square is infinite. */
const MAX_SQUARABLE = '1e150';

/** What the rows of one feature set look like, up to a sequence. The connection's temporary tables are used. */
export async function featureSetStatistics(
  connection: DuckDBConnection,
  query: StatisticsQuery,
  through: bigint,
): Promise<FeatureSetStatistics> {
  const { featureSet } = query;
  const fromUs = await firstKept(connection, query);
  await connection.run(`CREATE TEMP VIEW "~joined" AS ${rowsSql({ ...query, fromUs }, through)}`);
  const features = serviceFeatures(featureSet);
  const entry = { kind: 'latest', alias: '', featureSet, features, shown: features, keyColumns: [] } as const;
  const byKernel = entry.features.filter((feature) => duckdbSql(feature.expression, historyColumn) === null);
  if (byKernel.length > 0) {
    const source: LatestSource = { ...sourceOf(query), entry, table: '', snapshot: through, frameKeys: [] };
    const kernelFeatures = byKernel.map((feature) => ({ entry: 0, source, feature }));
    const work = { features: kernelFeatures, joined: '~joined', into: '~kernel' };
    await computeByKernel(connection, work);
  }
  const summary = await summaryOf(connection, featureSet);
  const found: FeatureStatistics[] = [];
  for (const feature of entry.features) {
    const computed = byKernel.includes(feature);
    const values: FeatureValues = {
      name: feature.name,
      type: feature.type,
      select: computed
        ? `SELECT ${featureColumn(0, feature.index)} AS v, "~gone" FROM "~kernel" JOIN "~joined" USING ("~row")`
        : `SELECT ${duckdbSql(feature.expression, (name) => matchedColumn(0, name))} AS v, "~gone" FROM "~joined"`,
    };
    found.push(await featureStatistics(connection, values, summary.rows));
  }
  return { ...summary, features: found };
}

/** From where on rows count: what retention left of earlier ones would be no fair sample. */
async function firstKept(
  connection: DuckDBConnection,
  { project, featureSet: { source }, fromUs }: StatisticsQuery,
): Promise<bigint | null> {
  const kept = await horizonOf(connection, quoteIdentifier(historyTable({ project, source })));
  if (kept === null) return fromUs;
  if (fromUs === null || fromUs >= kept.horizonUs) return fromUs ?? kept.horizonUs;
  const horizon = formatTimestamp(kept.horizonUs);
  const message = `history of source "${source.name}" begins at ${horizon} (historyRetention); ask for rows from then on`;
  throw new PlumblineError('HISTORY_EXPIRED', message, { path: 'from', horizon });
}

type FeatureValues = { readonly name: string; readonly type: ValueType; readonly select: string };

function serviceFeatures({ features }: CompiledFeatureSet): LatestSource['entry']['features'] {
  return features.map((feature, index) => ({ ...feature, index, outputName: feature.name }));
}

function sourceOf({
  featureSet: { source },
}: StatisticsQuery): Omit<LatestSource, 'entry' | 'table' | 'snapshot' | 'frameKeys'> {
  return {
    kind: 'latest',
    column: historyColumn,
    orderColumn: source.orderColumn ?? null,
    eventTime: source.eventTime,
    tombstone: source.tombstone ?? null,
  };
}

/** The rows asked about as a joined frame of one entry, each as of its own event: so every row is young enough. */
function rowsSql(query: StatisticsQuery, through: bigint): string {
  const { featureSet, fromUs, toUs, asOfUs } = query;
  const { source } = featureSet;
  const history = keyedHistory({ project: query.project, source, keys: [] }, featureSet.keyColumns, through);
  const event = `"~h".${historyColumn(source.eventTime)}`;
  const { sequence, createdTime } = HISTORY_COLUMNS;
  const created = `"~h".${createdTime}`;
  const names = [...new Set(featureSet.features.flatMap(({ expression }) => namesIn(expression)))];
  const types = new Map(source.columns.map(({ name, type }) => [name, type]));
  const columns = [
    `"~h".${sequence} AS "~row"`,
    `${event} AS "~t"`,
    `${event} AS ${matchColumn(0, 'event')}`,
    `epoch_us(${created}) - epoch_us(${event}) AS "~lag"`,
    `${source.tombstone === undefined ? 'false' : `"~h".${historyColumn(source.tombstone)} IS TRUE`} AS "~gone"`,
    ...distinct(history.keys).map((key, i) => `"~h".${key} AS ${keyName(i)}`),
    ...names.map(
      (name) =>
        `${restoredSql(types.get(name)!, `"~h".${historyColumn(name)}`)} AS ${matchedColumn(0, name)}`,
    ),
  ];
  const counts = [
    presentSql(history),
    `epoch_us(${event}) <= ${asOfUs} AND epoch_us(${created}) <= ${asOfUs}`,
    ...(fromUs === null ? [] : [`epoch_us(${event}) >= ${fromUs}`]),
    ...(toUs === null ? [] : [`epoch_us(${event}) < ${toUs}`]),
  ];
  return `SELECT ${columns.join(', ')} FROM ${history.table} "~h" WHERE ${counts.join(' AND ')}`;
}

function keyName(place: number): string {
  return quoteIdentifier(`~k${place}`);
}

async function summaryOf(
  connection: DuckDBConnection,
  { keyColumns }: CompiledFeatureSet,
): Promise<Omit<FeatureSetStatistics, 'features'>> {
  const keys = distinct(keyColumns).map((_, i) => keyName(i));
  const sql = `SELECT count(*), count(*) FILTER ("~gone"), (SELECT count(*) FROM (SELECT DISTINCT ${keys.join(', ')} FROM "~joined")),
    min("~t"), max("~t"), quantile_disc("~lag", [${[0, ...QUANTILES, 1].join(', ')}]) FROM "~joined"`;
  const types = ['INT64', 'INT64', 'INT64', 'TIMESTAMP', 'TIMESTAMP', 'ARRAY<INT64>'] as const;
  const [row] = await valuesOf(connection, sql, types);
  return {
    rows: Number(row![0]),
    deletions: Number(row![1]),
    entities: Number(row![2]),
    firstEventUs: row![3] as bigint | null,
    lastEventUs: row![4] as bigint | null,
    createdLagUs: quantilesOf([0, ...QUANTILES, 1], row![5] as readonly bigint[] | null),
  };
}

function quantilesOf<T>(shares: readonly number[], values: readonly T[] | null): readonly QuantileOf<T>[] {
  return (values ?? []).map((value, i) => ({ quantile: shares[i]!, value }));
}

async function featureStatistics(
  connection: DuckDBConnection,
  { name, type, select }: FeatureValues,
  rows: number,
): Promise<FeatureStatistics> {
  const values = `(SELECT v FROM (${select}) WHERE NOT "~gone")`;
  const exact = rows <= EXACT_DISTINCT_ROWS;
  const isOrdered = elementTypeOf(type) === null;
  const columns = [
    'count(v)',
    'count(*) - count(v)',
    exact ? 'count(DISTINCT v)' : 'least(approx_count_distinct(v), count(v))',
    ...(isOrdered ? ['min(v)', 'max(v)'] : ['NULL::BIGINT', 'NULL::BIGINT']),
    ...(type === 'INT64' || type === 'FLOAT64' ? NUMERIC : NOT_NUMERIC),
  ];
  const [row] = await valuesOf(connection, `SELECT ${columns.join(', ')} FROM ${values}`, [
    'INT64',
    'INT64',
    'INT64',
    ...(isOrdered ? [type, type] : (['INT64', 'INT64'] as const)),
    'FLOAT64',
    'FLOAT64',
    type === 'INT64' ? 'ARRAY<INT64>' : 'ARRAY<FLOAT64>',
  ]);
  const [count, nulls, different, min, max, mean, stddev, quantiles] = row!;
  return {
    name,
    type,
    count: Number(count),
    nulls: Number(nulls),
    distinct: { count: Number(different), exact },
    min: min!,
    max: max!,
    mean: mean as number | null,
    stddev: stddev as number | null,
    quantiles: quantilesOf<Value>(QUANTILES, quantiles as readonly Value[] | null),
    top: isOrdered ? await topValues(connection, values, type) : [],
  };
}

const NUMERIC: readonly string[] = [
  'CASE WHEN isfinite(avg(v)) THEN avg(v) END',
  `CASE WHEN max(abs(v::DOUBLE)) < ${MAX_SQUARABLE} THEN stddev_samp(CASE WHEN abs(v::DOUBLE) < ${MAX_SQUARABLE} THEN v END) END`,
  `quantile_disc(v, [${QUANTILES.join(', ')}])`,
];

const NOT_NUMERIC: readonly string[] = ['NULL::DOUBLE', 'NULL::DOUBLE', 'NULL::DOUBLE[]'];

async function topValues(
  connection: DuckDBConnection,
  values: string,
  type: ValueType,
): Promise<FeatureStatistics['top']> {
  const sql = `SELECT v, count(*) FROM ${values} WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT ${TOP_VALUES}`;
  const rows = await valuesOf(connection, sql, [type, 'INT64']);
  return rows.map(([value, count]) => ({ value: value!, count: Number(count) }));
}
