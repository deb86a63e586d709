import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuckDb, sqlText } from '../../demo/duckdb.js';
import type { Document } from '../../src/definition/document.js';

/** Shape of Feast's own benchmarks: INT64 features of 10,000 entities, ten a view. */
export const ENTITIES = 10_000;
export const VIEWS = 25;
const FEATURES_A_VIEW = 10;

/** When every row of the file happened. */
const EVENT = '2026-06-01T00:00:00Z';

/** A feature's value: whole numbers from 1 on, so that none is that of another cell by accident, nor a default. */
export function featureValue(entity: number, feature: number): number {
  return 1 + ((entity * 7_919 + feature * 104_729) % 999_983);
}

export const featuresFile = (folder: string): string => join(folder, 'features.parquet');

/** Writes the file of features, and one row of what is pushed, which Feast asks for. */
export async function writeOnlineData(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const duckdb = await openDuckDb();
  try {
    const features = featureNames().map((name, i) => `1 + (i * 7919 + ${i} * 104729) % 999983 AS ${name}`);
    const times = `TIMESTAMPTZ '${EVENT}' AS event_timestamp, TIMESTAMPTZ '${EVENT}' + INTERVAL 1 SECOND AS created`;
    await duckdb.run(`COPY (SELECT i AS entity, ${times}, ${features.join(', ')} FROM range(${ENTITIES}) t(i))
      TO ${sqlText(featuresFile(folder))} (FORMAT parquet)`);
    const pushed = pushedNames().map((name) => `1::BIGINT AS ${name}`);
    await duckdb.run(`COPY (SELECT 0::BIGINT AS entity, TIMESTAMPTZ '${EVENT}' AS event_timestamp, ${pushed.join(', ')})
      TO ${sqlText(join(folder, 'pushed.parquet'))} (FORMAT parquet)`);
  } finally {
    duckdb.closeSync();
  }
}

/** The same views as definitions of ours, under the same names. */
export function onlineDocuments(): readonly Document[] {
  const views = Array.from({ length: VIEWS }, (_, i) => `view_${i}`);
  return [
    { kind: 'Entity', name: 'entity', keys: [{ name: 'entity', type: 'INT64' }] },
    sourceOf('generated', featureNames(), 'created'),
    sourceOf('pushed', pushedNames(), null),
    ...views.map((name, i): Document => viewOf(name, 'generated', featureNames().slice(10 * i, 10 * i + 10))),
    viewOf('pushed_view', 'pushed', pushedNames()),
    ...[5, VIEWS].map(
      (count): Document => ({
        kind: 'FeatureService',
        name: `service_${count * FEATURES_A_VIEW}`,
        entries: views.slice(0, count).map((featureSet) => ({ featureSet })),
      }),
    ),
    { kind: 'FeatureService', name: 'pushed_service', entries: [{ featureSet: 'pushed_view' }] },
  ];
}

function featureNames(): readonly string[] {
  return Array.from({ length: VIEWS * FEATURES_A_VIEW }, (_, i) => `feature_${i}`);
}

/** Columns of what is pushed. */
export function pushedNames(): readonly string[] {
  return Array.from({ length: FEATURES_A_VIEW }, (_, i) => `p_${i}`);
}

function sourceOf(name: string, columns: readonly string[], createdTime: string | null): Document {
  const times = ['event_timestamp', ...(createdTime === null ? [] : [createdTime])];
  return {
    kind: 'Source',
    name,
    eventTime: 'event_timestamp',
    ...(createdTime !== null && { createdTime }),
    columns: [
      { name: 'entity', type: 'INT64' },
      ...times.map((time) => ({ name: time, type: 'TIMESTAMP' as const })),
      ...columns.map((column) => ({ name: column, type: 'INT64' as const })),
    ],
  };
}

function viewOf(name: string, source: string, features: readonly string[]): Document {
  const maxAge = '3650d';
  return {
    kind: 'FeatureSet',
    name,
    entity: 'entity',
    source,
    maxAge,
    features: features.map((each) => ({ name: each })),
  };
}
