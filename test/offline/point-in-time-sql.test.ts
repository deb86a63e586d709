import { describe, expect, it } from 'vitest';
import { compileFeatureService } from '../../src/compile/feature-service.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import {
  type EntrySource,
  eventTimeSql,
  featureSql,
  joinedSql,
  statusSql,
  withDefaultSql,
} from '../../src/compile/sql/point-in-time.js';
import type { SourceDocument } from '../../src/definition/document.js';
import { historyColumn } from '../../src/offline/adapter/duckdb-history.js';

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 'weather',
  eventTime: 'observed',
  createdTime: 'known',
  orderColumn: 'revision',
  columns: [
    { name: 'airport', type: 'STRING' },
    { name: 'Runway', type: 'INT64' },
    { name: 'observed', type: 'TIMESTAMP' },
    { name: 'known', type: 'TIMESTAMP' },
    { name: 'revision', type: 'INT64' },
    { name: 'temp', type: 'FLOAT64' },
  ],
};

const SET = compileFeatureSet({
  document: {
    kind: 'FeatureSet',
    name: 'weather',
    entity: 'runway',
    source: 'weather',
    keys: { runway: 'Runway' },
    maxAge: '3h',
    retention: '7d',
    features: [
      { name: 'temp', default: 15 },
      { name: 'hour', expression: "EXTRACT(HOUR FROM observed AT TIME ZONE 'America/New_York')" },
    ],
  },
  source: SOURCE,
  entity: {
    kind: 'Entity',
    name: 'runway',
    keys: [
      { name: 'airport', type: 'STRING' },
      { name: 'runway', type: 'INT64' },
    ],
  },
  version: 1,
  id: 1,
});

const SERVICE = compileFeatureService(
  {
    kind: 'FeatureService',
    name: 'delay',
    entries: [
      { featureSet: 'weather', alias: 'here' },
      { featureSet: 'weather', alias: 'there', keys: { airport: 'dest' }, features: ['temp'] },
    ],
  },
  1,
  () => SET,
);

/** The second entry has late rows, so the other rule's match is joined as well. */
const SOURCES: readonly EntrySource[] = SERVICE.entries.map((entry, i) => ({
  entry,
  table: '"history_weather"',
  column: historyColumn,
  orderColumn: 'revision',
  eventTime: 'observed',
  snapshot: 41n,
  compareOther: i === 1,
  frameKeys: entry.keyColumns.map((name) => `"${name}"`),
}));

describe('point-in-time SQL for DuckDB', () => {
  it('is what was reviewed', async () => {
    const joins = (['known', 'event'] as const).map(
      (rule) => `-- ${rule}\n${joinedSql('"~frame"', SOURCES, rule)}`,
    );
    const columns = SERVICE.entries.flatMap(({ alias, features }, i) => [
      ...features.flatMap((feature) => {
        const sql = featureSql(i, feature, SET.lifetime);
        const value = sql ?? `"~${i}=${feature.index}"`;
        const by = sql === null ? ' (computed by the kernel)' : '';
        return [
          `-- ${feature.outputName}${by}\n${withDefaultSql(value, feature)}`,
          `-- its status\n${statusSql(i, value, SET.lifetime)}`,
        ];
      }),
      `-- ${alias}__event_time\n${eventTimeSql(i, SET.lifetime)}`,
    ]);
    await expect(`${[...joins, ...columns].join('\n\n')}\n`).toMatchFileSnapshot(
      '../golden/point-in-time.duckdb.sql',
    );
  });
});
