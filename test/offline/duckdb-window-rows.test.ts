import { describe, expect, it } from 'vitest';
import { compileWindowedFeatureSet } from '../../src/compile/compile-windowed-set.js';
import { compileFeatureService } from '../../src/compile/feature-service.js';
import { HISTORY_COLUMNS, type WindowedSource } from '../../src/compile/sql/point-in-time.js';
import type { SourceDocument } from '../../src/definition/document.js';
import { historyColumn } from '../../src/offline/adapter/duckdb-history-table.js';
import { DuckdbDatabase } from '../../src/offline/adapter/duckdb-session.js';
import { WINDOW_KEYS, WindowBlocks } from '../../src/offline/adapter/duckdb-window-rows.js';

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 'notes',
  eventTime: 'at',
  columns: [
    { name: 'who', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'text', type: 'STRING' },
  ],
};

const SET = compileWindowedFeatureSet({
  document: {
    kind: 'FeatureSet',
    name: 'noted',
    entity: 'writer',
    source: 'notes',
    features: [{ name: 'longest', aggregate: 'MAX(LENGTH(text))', window: '1h' }],
  },
  source: SOURCE,
  entity: { kind: 'Entity', name: 'writer', keys: [{ name: 'who', type: 'STRING' }] },
  version: 1,
  id: 1,
});

const SERVICE = compileFeatureService(
  { kind: 'FeatureService', name: 'service', entries: [{ featureSet: 'noted' }] },
  1,
  () => SET,
);

/** Keys k0 to k99 with a hundred rows of a hundred bytes each, and `busy` with 50,000. */
const ROWS_SQL = `
  SELECT i AS ${HISTORY_COLUMNS.sequence}, who, make_timestamp(i) AS "at", repeat('x', 100) AS text,
    make_timestamp(i) AS ${HISTORY_COLUMNS.createdTime}, make_timestamp(i) AS ${HISTORY_COLUMNS.orderTime}, false AS ${HISTORY_COLUMNS.createdAssumed}
  FROM (SELECT i, CASE WHEN i < 10000 THEN 'k' || i % 100 ELSE 'busy' END AS who FROM range(60000) r(i))`;

async function blocksOf(mostKeyBytes: number): Promise<readonly { rowCount: number; isWhole: boolean }[]> {
  const database = await DuckdbDatabase.open(':memory:', { memoryLimit: '512MB', threads: 1 });
  try {
    return await database.session(async (connection) => {
      await connection.run(`CREATE TABLE history AS ${ROWS_SQL}`);
      await connection.run(
        `CREATE TEMP TABLE ${WINDOW_KEYS} AS SELECT row_number() OVER (ORDER BY who) - 1 AS "~key", who, -1 AS "~low", 1000000 AS "~high" FROM (SELECT DISTINCT who FROM history)`,
      );
      const entry = SERVICE.entries[0]! as WindowedSource['entry'];
      const rows = { table: 'history', column: historyColumn, orderColumn: null, eventTime: 'at' };
      const source: WindowedSource = {
        ...{
          kind: 'windowed',
          entry,
          snapshotUs: null,
          tombstone: null,
          snapshot: 60_000n,
          frameKeys: ['who'],
        },
        ...rows,
      };
      const keys = { keys: ['who'], keyTypes: ['STRING'] as const };
      const history = {
        ...keys,
        table: 'history',
        eventTime: '"at"',
        orderColumn: null,
        after: -1n,
        through: 60_000n,
      };
      const axis = 'time';
      const blocks = await WindowBlocks.open(connection, {
        source,
        history,
        axis,
        countsAssumed: true,
        mostKeyBytes,
      });
      const found: { rowCount: number; isWhole: boolean }[] = [];
      for (let key = 0; key < 101; ) {
        const { rows: read, lastKey } = await blocks.of(key);
        found.push({
          rowCount: read.rowCount,
          isWhole: read.keys.every((each) => each >= key && each <= lastKey),
        });
        key = lastKey + 1;
      }
      return found;
    });
  } finally {
    database.close();
  }
}

describe('the rows of windows', () => {
  it('are read in blocks of whole keys', async () => {
    const blocks = await blocksOf(2 ** 30);
    expect(blocks.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(60_000);
    expect(blocks.every(({ isWhole }) => isWhole)).toBe(true);
  });

  it('are refused where those of one key are more than fit, by the bytes that they take', async () => {
    await expect(blocksOf(2 ** 20)).rejects.toMatchObject({
      code: 'TOO_LARGE',
      message: expect.stringMatching(
        /^the windows of feature set "noted" see 50000 rows of key \["busy"\] .* 1 MiB a key at most; ask for a shorter range/,
      ),
    });
  });
});
