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
import {
  type Asked,
  askedOfSql,
  compactedMatchSql,
  compactedPairsSql,
  newerMatchSql,
  pairCountSql,
  pairsMatchSql,
  stepsMatchSql,
} from '../../src/compile/sql/point-in-time-match.js';
import { compactedSql, type KeyedHistory } from '../../src/compile/sql/point-in-time-steps.js';
import type { SourceDocument } from '../../src/definition/document.js';
import { historyColumn } from '../../src/offline/adapter/duckdb-history-table.js';

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 'weather',
  eventTime: 'observed',
  createdTime: 'known',
  orderColumn: 'revision',
  tombstone: 'closed',
  columns: [
    { name: 'airport', type: 'STRING' },
    { name: 'Runway', type: 'INT64' },
    { name: 'observed', type: 'TIMESTAMP' },
    { name: 'known', type: 'TIMESTAMP' },
    { name: 'revision', type: 'INT64' },
    { name: 'temp', type: 'FLOAT64' },
    { name: 'closed', type: 'BOOL' },
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

const ENTRIES = SERVICE.entries.filter((entry) => entry.kind === 'latest');

const SOURCES: readonly EntrySource[] = ENTRIES.map((entry) => ({
  kind: 'latest',
  entry,
  table: '"history_weather"',
  column: historyColumn,
  orderColumn: 'revision',
  eventTime: 'observed',
  tombstone: 'closed',
  snapshot: 41n,
  frameKeys: entry.keyColumns.map((name) => `"${name}"`),
}));

const HISTORY: KeyedHistory = {
  table: '"history_weather"',
  keys: SET.keyColumns.map(historyColumn),
  keyTypes: SET.keyTypes,
  eventTime: historyColumn('observed'),
  orderColumn: historyColumn('revision'),
  after: -1n,
  through: 41n,
};

const ASKED: Asked = { from: '"~asked"', keys: SOURCES[0]!.frameKeys, axis: '"~t"' };

/** Every way in which the rows of an entry are found. */
const MATCHES: Readonly<Record<string, string>> = {
  'small, known': pairsMatchSql(HISTORY, ASKED, 'known'),
  'small, by the record of an answer': pairsMatchSql(
    HISTORY,
    { ...ASKED, axis: '"here__sequence"' },
    'logged',
  ),
  'how many pairs the small plan looks at': pairCountSql(HISTORY, ASKED),
  'raw, event': stepsMatchSql(HISTORY, ASKED, 'event'),
  'raw, served': stepsMatchSql(HISTORY, ASKED, 'served'),
  'the compacted table': compactedSql(HISTORY),
  'compacted, event': compactedMatchSql(
    { table: '"compacted"', keys: HISTORY.keys, more: [] },
    ASKED,
    'event',
  ),
  'compacted, known': compactedMatchSql(
    { table: '"compacted"', keys: HISTORY.keys, more: [] },
    ASKED,
    'known',
  ),
  'compacted, known, few': compactedPairsSql(
    { table: '"compacted"', keys: HISTORY.keys, more: [] },
    ASKED,
    'known',
  ),
  'frame rows whose keys have rows since': askedOfSql({ ...HISTORY, after: 7n }, ASKED),
  'with the rows since': newerMatchSql(HISTORY, '"~ready"', '"~tail"'),
};

describe('point-in-time SQL for DuckDB', () => {
  it('is what was reviewed', async () => {
    const matches = Object.entries(MATCHES).map(([name, sql]) => `-- ${name}\n${sql}`);
    const joined = `-- joined\n${joinedSql('"~frame"', SOURCES, ['"~m0"', '"~m1"'])}`;
    const columns = ENTRIES.flatMap(({ alias, features }, i) => [
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
    await expect(`${[...matches, joined, ...columns].join('\n\n')}\n`).toMatchFileSnapshot(
      '../golden/point-in-time.duckdb.sql',
    );
  });
});
