import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFeatureService } from '../../src/compile/feature-service.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import { type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { EntityDocument, FeatureSetDocument, SourceDocument } from '../../src/definition/document.js';
import type { Value } from '../../src/definition/value.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import type { HistoryRows, OfflineStore, RetrievalQuery, RetrievalReport } from '../../src/offline/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { type OracleRow, oracleAnswer, oracleLeakCount } from './oracle.js';

const ENTITY: EntityDocument = {
  kind: 'Entity',
  name: 'pair',
  keys: [
    { name: 'a', type: 'STRING' },
    { name: 'b', type: 'INT64' },
  ],
};

function sourceNamed(name: string): SourceDocument {
  return {
    kind: 'Source',
    name,
    eventTime: 'event_ts',
    createdTime: 'created_ts',
    orderColumn: 'seq',
    columns: [
      { name: 'a', type: 'STRING' },
      { name: 'B', type: 'INT64' },
      { name: 'event_ts', type: 'TIMESTAMP' },
      { name: 'created_ts', type: 'TIMESTAMP' },
      { name: 'seq', type: 'INT64' },
      { name: 'v', type: 'FLOAT64' },
      { name: 'V', type: 'INT64' },
    ],
  };
}

function setOver(source: string, more: Partial<FeatureSetDocument> = {}): FeatureSetDocument {
  return {
    kind: 'FeatureSet',
    name: 'set',
    entity: 'pair',
    source,
    keys: { b: 'B' },
    features: [{ name: 'v', default: -1 }, { name: 'V' }, { name: 'twice', expression: 'v * 2.0' }],
    ...more,
  };
}

/** What every offline store must do, against a naive oracle. */
export function offlineStoreSuite(engine: string, open: () => Promise<OfflineStore>): void {
  describe(`offline store: ${engine}`, () => {
    let store: OfflineStore;
    let run = 0;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('answers every knowledge rule, boundary and age as the oracle does, whatever the order of arrival', async () => {
      await fc.assert(
        fc.asyncProperty(cases, async ({ rows, frame, knowledge, boundary, maxAge }) => {
          const source = sourceNamed(`source${run++}`);
          await store.append({ project: 'p', source }, batchesOf(rows));
          const document = setOver(source.name, maxAge === null ? {} : { maxAge: `${maxAge}us` });
          const { answers, report } = await retrieve(store, { source, document, frame, knowledge, boundary });
          const shift = boundary === 'exclusive' ? 1n : 0n;
          const rules = { knowledge, maxAgeUs: maxAge === null ? null : BigInt(maxAge) };
          const asked = frame.map((row) => ({ ...row, t: row.t - shift }));
          expect(answers).toEqual(asked.map((row) => oracleAnswer(rows, row, rules)));
          expect(report.rows).toBe(frame.length);
          expect(report.leakCount).toBe(oracleLeakCount(rows, asked, rules));
        }),
        { numRuns: 100 },
      );
    });

    it('breaks ties by order time, then order column, absent before any, then sequence (S10)', async () => {
      const tied: readonly Partial<OracleRow>[] = [
        { seq: null, v: 1.5 },
        { seq: 0n, v: 7 },
        { seq: 0n, v: 2.5 },
        { seq: null, v: 3.5 },
        { seq: 9n, v: 4.5, created: 1n },
      ];
      const source = sourceNamed(`source${run++}`);
      await store.append(
        { project: 'p', source },
        batchesOf(tied.map((each) => row({ event: 2n, created: 2n, ...each }))),
      );
      const frame = [{ a: 'x', b: 1n, t: 2n }];
      const { answers } = await retrieve(store, { source, document: setOver(source.name), frame });
      expect(answers[0]).toMatchObject({ v: 2.5 });
    });

    it('gives back every row of a large frame, in order, features of SQL and of the kernel alike (S8, S16)', async () => {
      const source = sourceNamed(`source${run++}`);
      await store.append({ project: 'p', source }, batchesOf([row({ v: 1.5, event: 1n })]));
      const features = [{ name: 'v' }, { name: 'hour', expression: HOUR_IN_NEW_YORK }];
      const frame = Array.from({ length: 250_000 }, (_, i) => ({ a: 'x', b: BigInt(1 + (i % 2)), t: 9n }));
      const { answers } = await retrieve(store, {
        source,
        document: setOver(source.name, { features }),
        frame,
      });
      expect(answers.length).toBe(frame.length);
      const wrong = answers.filter(({ v, hour }, i) =>
        i % 2 === 0 ? v !== 1.5 || hour !== 19n : v !== null || hour !== null,
      );
      expect(wrong).toEqual([]);
    });

    it('ignores what it holds already, and says how far it is', async () => {
      const ref = { project: 'p', source: sourceNamed(`source${run++}`) };
      expect(await store.appliedThrough(ref)).toBe(-1n);
      const batches = batchesOf([row({ v: 1, event: 1n }), row({ v: 2, event: 2n })]);
      await store.append(ref, batches);
      await store.append(ref, batches);
      expect(await store.appliedThrough(ref)).toBe(1n);
      const frame = [{ a: 'x', b: 1n, t: 9n }];
      const { answers } = await retrieve(store, {
        source: ref.source,
        document: setOver(ref.source.name),
        frame,
      });
      expect(answers[0]).toMatchObject({ v: 2 });
    });

    it('reads rows from before the source gained a column as NULL there (S9)', async () => {
      const source = sourceNamed(`source${run++}`);
      await store.append({ project: 'p', source }, batchesOf([row({ v: 1, event: 1n })]));
      const grown = { ...source, columns: [...source.columns, { name: 'late', type: 'STRING' as const }] };
      const document = setOver(source.name, { features: [{ name: 'v' }, { name: 'late' }] });
      const frame = [{ a: 'x', b: 1n, t: 9n }];
      const { answers } = await retrieve(store, { source: grown, document, frame });
      expect(answers[0]).toMatchObject({ v: 1, late: null, late__status: 'NULL' });
    });

    it('changes no character of a text, in rows, keys and frames, not even a leading U+FEFF (S2)', async () => {
      const source = sourceNamed(`source${run++}`);
      const grown = {
        ...source,
        columns: [
          ...source.columns,
          { name: 's', type: 'STRING' as const },
          { name: 'list', type: 'ARRAY<STRING>' as const },
        ],
      };
      const text = '\ufeffa\u0000\u{1F600}e\u0301';
      const [batch] = batchesOf([row({ a: text, event: 1n })]);
      const extra = [
        ['s', columnOf('STRING', [text])],
        ['list', columnOf('ARRAY<STRING>', [[text, '']])],
      ] as const;
      const rows = { rowCount: 1, columns: new Map([...batch!.rows.columns, ...extra]) };
      await store.append({ project: 'p', source: grown }, [{ ...batch!, rows }]);
      const features = [{ name: 's' }, { name: 'list' }, { name: 'again', expression: 'CONCAT(s, a)' }];
      const frame = [text, text.slice(1)].map((a) => ({ a, b: 1n, t: 9n }));
      const { answers } = await retrieve(store, {
        source: grown,
        document: setOver(source.name, { features }),
        frame,
      });
      expect(answers[0]).toMatchObject({ s: text, list: [text, ''], again: text + text });
      expect(answers[1]).toMatchObject({ s__status: 'NOT_FOUND' });
    });

    it('refuses a frame it cannot join, naming the column', async () => {
      const source = sourceNamed(`source${run++}`);
      const document = setOver(source.name);
      const keys = {
        a: columnOf('STRING', ['x']),
        b: columnOf('INT64', [1n]),
        t: columnOf('TIMESTAMP', [1n]),
      };
      const { b: _, ...withoutKey } = keys;
      const bad: readonly [Record<string, ReturnType<typeof columnOf>>, string, string][] = [
        [withoutKey, 'INVALID_FRAME', 'b'],
        [{ ...keys, b: columnOf('STRING', ['1']) }, 'INVALID_FRAME', 'b'],
        [{ ...keys, t: columnOf('TIMESTAMP', [null]) }, 'INVALID_FRAME', 't'],
        [{ ...keys, t: columnOf('TIMESTAMP', [NOW_US + 1n]) }, 'FUTURE_TIME', 't'],
        [{ ...keys, set__v: columnOf('INT64', [1n]) }, 'INVALID_FRAME', 'set__v'],
        [{ ...keys, A: columnOf('INT64', [1n]) }, 'INVALID_FRAME', 'A'],
      ];
      for (const [columns, code, path] of bad) {
        const frame = arrowBytes({ rowCount: 1, columns: new Map(Object.entries(columns)) });
        const query = queryOf({ source, document, path: fileOf(frame) });
        await expect(store.retrieve(query)).rejects.toMatchObject({ code, details: { path } });
      }
      const cut = fileOf(arrowBytes({ rowCount: 1, columns: new Map(Object.entries(keys)) }).slice(0, 300));
      await expect(store.retrieve(queryOf({ source, document, path: cut }))).rejects.toMatchObject({
        code: 'INVALID_FRAME',
      });
    });
  });
}

type FrameRow = { readonly a: string | null; readonly b: bigint | null; readonly t: bigint };

const NOW_US = 1_000n;

/** No SQL engine computes it for us: time zones are the kernel's. */
const HOUR_IN_NEW_YORK = "EXTRACT(HOUR FROM event_ts AT TIME ZONE 'America/New_York')";
const small = fc.bigInt(-1n, 3n);

const historyRow: fc.Arbitrary<OracleRow> = fc.record({
  a: fc.constantFrom('x', 'X'),
  b: fc.constantFrom(1n, 2n, null),
  event: small,
  created: small,
  seq: fc.constantFrom(0n, 1n, null),
  v: fc.constantFrom(1.5, -0, 7, null),
  V: fc.constantFrom(3n, null),
});

const cases = fc.record({
  rows: fc.array(historyRow, { maxLength: 25, size: 'max' }),
  frame: fc.array(
    fc.record({ a: fc.constantFrom('x', 'X', '', null), b: fc.constantFrom(1n, 2n, 3n, null), t: small }),
    { minLength: 1, maxLength: 12 },
  ),
  knowledge: fc.constantFrom('known' as const, 'event' as const),
  boundary: fc.constantFrom('inclusive' as const, 'exclusive' as const),
  maxAge: fc.constantFrom(null, 0, 2),
});

function row(more: Partial<OracleRow>): OracleRow {
  return { a: 'x', b: 1n, event: 0n, created: more.event ?? 0n, seq: 0n, v: null, V: null, ...more };
}

/** Rows as the log gives them, three a batch. */
function batchesOf(rows: readonly OracleRow[]): readonly HistoryRows[] {
  const batches: HistoryRows[] = [];
  for (let start = 0; start < rows.length; start += 3) {
    const part = rows.slice(start, start + 3);
    const created = BigInt64Array.from(part, (each) => each.created);
    const columns: ColumnBatch['columns'] = new Map([
      [
        'a',
        columnOf(
          'STRING',
          part.map((each) => each.a),
        ),
      ],
      [
        'B',
        columnOf(
          'INT64',
          part.map((each) => each.b),
        ),
      ],
      [
        'event_ts',
        columnOf(
          'TIMESTAMP',
          part.map((each) => each.event),
        ),
      ],
      [
        'created_ts',
        columnOf(
          'TIMESTAMP',
          part.map((each) => each.created),
        ),
      ],
      [
        'seq',
        columnOf(
          'INT64',
          part.map((each) => each.seq),
        ),
      ],
      [
        'v',
        columnOf(
          'FLOAT64',
          part.map((each) => each.v),
        ),
      ],
      [
        'V',
        columnOf(
          'INT64',
          part.map((each) => each.V),
        ),
      ],
    ]);
    batches.push({
      rows: { rowCount: part.length, columns },
      firstSequence: BigInt(start),
      createdTimes: created,
      orderTimes: created,
      createdAssumed: false,
      arrivalUs: 0n,
      visibleUs: 0n,
      epoch: 1n,
    });
  }
  return batches;
}

type Ask = {
  readonly source: SourceDocument;
  readonly document: FeatureSetDocument;
  readonly knowledge?: 'known' | 'event';
  readonly boundary?: 'inclusive' | 'exclusive';
};

async function retrieve(
  store: OfflineStore,
  ask: Ask & { readonly frame: readonly FrameRow[] },
): Promise<{ readonly answers: readonly Record<string, Value>[]; readonly report: RetrievalReport }> {
  const columns: ColumnBatch['columns'] = new Map([
    [
      'a',
      columnOf(
        'STRING',
        ask.frame.map((each) => each.a),
      ),
    ],
    [
      'b',
      columnOf(
        'INT64',
        ask.frame.map((each) => each.b),
      ),
    ],
    [
      't',
      columnOf(
        'TIMESTAMP',
        ask.frame.map((each) => each.t),
      ),
    ],
  ]);
  const path = fileOf(arrowBytes({ rowCount: ask.frame.length, columns }));
  const result = await store.retrieve(queryOf({ ...ask, path }));
  const answers: Record<string, Value>[] = [];
  for await (const batch of result.batches()) answers.push(...rowsOf(batch));
  await result.close();
  return { answers, report: result.report };
}

function queryOf(ask: Ask & { readonly path: string }): RetrievalQuery {
  const set = compileFeatureSet({
    document: ask.document,
    source: ask.source,
    entity: ENTITY,
    version: 1,
    id: 1,
  });
  const service = compileFeatureService(
    { kind: 'FeatureService', name: 'service', entries: [{ featureSet: 'set' }] },
    1,
    () => set,
  );
  return {
    project: 'p',
    service,
    frame: { kind: 'file', path: ask.path, format: 'arrow' },
    timeColumn: 't',
    knowledge: ask.knowledge ?? 'known',
    boundary: ask.boundary ?? 'inclusive',
    include: ['status', 'eventTime'],
    nowUs: NOW_US,
    snapshot: null,
    activations: new Map(),
  };
}

/** Feature columns of a batch, by name without the alias. */
function rowsOf(batch: ColumnBatch): Record<string, Value>[] {
  const columns = [...batch.columns].filter(([name]) => name.startsWith('set__'));
  return Array.from({ length: batch.rowCount }, (_, i) =>
    Object.fromEntries(columns.map(([name, column]) => [name.slice('set__'.length), valueAt(column, i)])),
  );
}

let files = 0;
const folder = temporaryFolder('frames');

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.arrow`);
  writeFileSync(path, bytes);
  return path;
}
