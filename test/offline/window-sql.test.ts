import { describe, expect, it } from 'vitest';
import { compileWindowedFeatureSet } from '../../src/compile/compile-windowed-set.js';
import { compileFeatureService } from '../../src/compile/feature-service.js';
import {
  joinedSql,
  type WindowedSource,
  windowStatusSql,
  windowValueSql,
} from '../../src/compile/sql/point-in-time.js';
import type { KeyedHistory } from '../../src/compile/sql/point-in-time-steps.js';
import {
  reachOf,
  windowKeysSql,
  windowQuestionsSql,
  windowRowsSql,
  windowStampSql,
} from '../../src/compile/sql/window-rows.js';
import { historyColumn } from '../../src/offline/adapter/duckdb-history-table.js';

const SET = compileWindowedFeatureSet({
  document: {
    kind: 'FeatureSet',
    name: 'departures',
    entity: 'origin',
    source: 'departures',
    features: [{ name: 'delay', aggregate: 'AVG(dep_delay)', windows: ['1h', '7d'] }],
  },
  source: {
    kind: 'Source',
    name: 'departures',
    eventTime: 'departed',
    orderColumn: 'revision',
    tombstone: 'cancelled',
    columns: [
      { name: 'origin', type: 'STRING' },
      { name: 'departed', type: 'TIMESTAMP' },
      { name: 'revision', type: 'INT64' },
      { name: 'dep_delay', type: 'FLOAT64' },
      { name: 'cancelled', type: 'BOOL' },
    ],
  },
  entity: { kind: 'Entity', name: 'origin', keys: [{ name: 'origin', type: 'STRING' }] },
  version: 1,
  id: 1,
});

const SERVICE = compileFeatureService(
  { kind: 'FeatureService', name: 'delays', entries: [{ featureSet: 'departures', alias: 'here' }] },
  1,
  () => SET,
);

const HISTORY: KeyedHistory = {
  table: '"history_departures"',
  keys: ['"origin"'],
  keyTypes: ['STRING'],
  eventTime: '"departed"',
  orderColumn: '"revision"',
  after: -1n,
  through: 41n,
};

const SOURCES = SERVICE.entries.flatMap((entry): WindowedSource[] => {
  if (entry.kind !== 'windowed') return [];
  const rows = { table: HISTORY.table, column: historyColumn, eventTime: 'departed', snapshot: 41n };
  const more = { orderColumn: 'revision', tombstone: 'cancelled', frameKeys: ['"origin"'] };
  return [{ kind: 'windowed', entry, snapshotUs: 500n, ...rows, ...more }];
});

const LABEL = { ...SOURCES[0]!.entry.features[0]!, index: 0, completeAfterUs: 70n, defaultValue: 0n };

const ASKED = { from: '"~asked"', keys: ['"origin"'] };
const COLUMNS = (['event', 'order', 'sequence', 'created', 'assumed', 'served'] as const).map((stamp) => ({
  name: `"~${stamp}"`,
  sql: windowStampSql(HISTORY, stamp),
}));

function rowsSql(isOrdered: boolean, lowUs: bigint | null): string {
  const history = { history: HISTORY, tombstone: '"cancelled"', isOrdered };
  const asked = { keys: '"~window_keys"', frameKeys: ASKED.keys };
  return windowRowsSql(history, COLUMNS, asked, { lowUs, highUs: 9n });
}

describe('SQL of windows for DuckDB', () => {
  it('is what was reviewed', async () => {
    const reachUs = reachOf(SET.features.map(({ window }) => window));
    const statements = {
      keys: windowKeysSql(ASKED, { reachUs, aheadUs: 0n }),
      'keys where a window has no beginning': windowKeysSql(ASKED, { reachUs: null, aheadUs: 0n }),
      rows: rowsSql(false, 1n),
      'rows for exact windows, without a beginning': rowsSql(true, null),
      questions: windowQuestionsSql(ASKED, '"~window_keys"', null),
      'questions with the record of their answers': windowQuestionsSql(
        ASKED,
        '"~window_keys"',
        '"here__sequence"',
      ),
      joined: joinedSql('"~frame"', SOURCES, ['"~m0"']),
      'status of a feature': windowStatusSql(SOURCES[0]!, 0, { index: 0, completeAfterUs: null }),
      'keys of labels': windowKeysSql(ASKED, { reachUs: 2n, aheadUs: 60n }),
      'status of a label': windowStatusSql(SOURCES[0]!, 0, { index: 0, completeAfterUs: 70n }),
      'a label with a default': windowValueSql(SOURCES[0]!, 0, LABEL),
    };
    const text = Object.entries(statements).map(([name, sql]) => `-- ${name}\n${sql}`);
    await expect(`${text.join('\n\n')}\n`).toMatchFileSnapshot('../golden/windows.duckdb.sql');
  });

  it('reaches back as far as the tail of the longest window may lie, or as long as there is time', () => {
    const window = { sizeUs: 10n, hopUs: 3n, offsetUs: 4n };
    expect(reachOf([window, { ...window, sizeUs: 1n }])).toBe(20n);
    expect(reachOf([window, { ...window, sizeUs: null }])).toBe(null);
    expect(reachOf([{ ...window, sizeUs: 2n ** 62n }])).toBe(400_000_000_000_000_000n);
  });
});
