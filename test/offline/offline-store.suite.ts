import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileFeatureService } from '../../src/compile/feature-service.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import {
  type Column,
  type ColumnBatch,
  columnOf,
  sliceRows,
  valueAt,
} from '../../src/definition/column-batch.js';
import type {
  EntityDocument,
  SourceDocument,
  SourceFeatureSetDocument,
} from '../../src/definition/document.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import {
  type Boundary,
  type HistoryRows,
  type Knowledge,
  LATEST_PLANS,
  type LatestPlan,
  type OfflineStore,
  type RetrievalQuery,
  type RetrievalReport,
} from '../../src/offline/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { batchesOf, cases, type HistoryCase, instant, NOW_US, row, sourceNamed } from './history-cases.js';
import {
  type OracleQuestion,
  type OracleRow,
  oracleAnswer,
  oracleLeakCount,
  oracleUncertain,
} from './oracle.js';

const ENTITY: EntityDocument = {
  kind: 'Entity',
  name: 'pair',
  keys: [
    { name: 'a', type: 'STRING' },
    { name: 'b', type: 'INT64' },
  ],
};

function setOver(source: string, more: Partial<SourceFeatureSetDocument> = {}): SourceFeatureSetDocument {
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

/** The source with columns of other types, and with more columns. */
function retyped(source: SourceDocument, types: Readonly<Record<string, ValueType>>): SourceDocument {
  const others = source.columns.filter(({ name }) => types[name] === undefined);
  return {
    ...source,
    columns: [...others, ...Object.entries(types).map(([name, type]) => ({ name, type }))],
  };
}

function withColumn(batch: HistoryRows, name: string, column: Column): HistoryRows {
  const { rowCount, columns } = batch.rows;
  const one = { rowCount: column.values.length, columns: new Map([[name, column]]) };
  return {
    ...batch,
    rows: { rowCount, columns: new Map([...columns, ...sliceRows(one, 0, rowCount).columns]) },
  };
}

export type OfflineEngine = {
  readonly open: () => Promise<OfflineStore>;
  /** Makes the store find rows by one plan wherever it applies; null is as it chooses. */
  readonly force: (plan: LatestPlan | null) => void;
};

/** What every offline store must do, against a naive oracle. */
export function offlineStoreSuite(engine: string, { open, force }: OfflineEngine): void {
  describe(`offline store: ${engine}`, () => {
    let store: OfflineStore;
    let run = 0;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('answers every knowledge rule, boundary, age and snapshot as the oracle does, by every plan, compacted or not', async () => {
      await fc.assert(
        fc.asyncProperty(cases, async (each) => {
          const source = sourceNamed(`source${run++}`);
          await write(store, source, each);
          const expected = expectedOf(each);
          for (const plan of [null, ...LATEST_PLANS]) {
            force(plan);
            const { answers, report } = await retrieve(store, askOf(each, source));
            expect(answers).toEqual(expected.answers);
            expect(report).toMatchObject(expected.report);
          }
        }),
        { numRuns: 50 },
      );
      force(null);
    });

    it('answers for several feature sets at once, each by its own plan', async () => {
      const sources = [sourceNamed(`source${run++}`), sourceNamed(`source${run++}`)];
      for (const [i, source] of sources.entries()) {
        await store.append({ project: 'p', source }, batchesOf([row({ v: 1 + i, event: 1n, created: 5n })]));
        await store.compact({ project: 'p', source, keys: [['a', 'B']] });
      }
      const [set, other] = sources.map((source, i) =>
        setOver(source.name, { name: i === 0 ? 'set' : 'other' }),
      );
      for (const plan of [null, ...LATEST_PLANS]) {
        force(plan);
        const ask = { source: sources[0]!, document: set!, and: { source: sources[1]!, document: other! } };
        const frame = [1n, 5n].map((t) => ({ a: 'x', b: 1n, t }));
        const { answers, report } = await retrieve(store, { ...ask, frame });
        expect(answers).toMatchObject([
          { v: -1, other__v: -1 },
          { v: 1, other__v: 2 },
        ]);
        expect(report).toMatchObject({ leakCount: 6, rows: 2 });
        if (plan !== null) expect(report.plan).toEqual({ set: plan, other: plan });
      }
      force(null);
    });

    it('takes rows, gains columns and answers while it compacts and lets rows go', async () => {
      let source = sourceNamed(`source${run++}`);
      const rows = Array.from({ length: 60 }, (_, i) => row({ event: BigInt(i), v: i }));
      const batches = batchesOf(rows);
      for (const [i, batch] of batches.entries()) {
        const columns = [...source.columns, { name: `late${i}`, type: 'STRING' as const }];
        if (i % 5 === 0) source = { ...source, columns };
        const ref = { project: 'p', source, keys: [['a', 'B'], ['a']] };
        const ask = { source, document: setOver(source.name), frame: [{ a: 'x', b: 1n, t: 900n }] };
        const before = await store.appliedThrough(ref);
        const [, , , { answers }] = await Promise.all([
          store.append(ref, [batch]),
          store.compact(ref),
          i % 3 === 0 ? store.retain(ref, BigInt(i)) : null,
          retrieve(store, ask),
        ]);
        expect([before, before + 3n].map(Number)).toContain(answers[0]!['v'] ?? -1);
      }
      const { answers, report } = await retrieve(store, {
        source,
        document: setOver(source.name),
        frame: [{ a: 'x', b: 1n, t: 900n }],
      });
      expect(answers[0]).toMatchObject({ v: 59 });
      expect(report.leakCount).toBe(0);
    });

    it('lets rows from before a horizon go, and answers from then on as before (historyRetention)', async () => {
      await fc.assert(
        fc.asyncProperty(cases, instant, async (each, horizonUs) => {
          const source = sourceNamed(`source${run++}`);
          const ref = { project: 'p', source, keys: [['a', 'B']] };
          const now = { ...each, back: null, boundary: 'inclusive' as const };
          const later = now.frame.map((question) => servedFrom(horizonUs, now.rows, question));
          await write(store, source, now);
          await store.retain(ref, horizonUs);
          const asked = { ...now, frame: later.filter((question) => isAnswer(now.rows, question)) };
          const expected = expectedOf(asked);
          for (const plan of asked.frame.length === 0 ? [] : [null, ...LATEST_PLANS]) {
            force(plan);
            const { answers, report } = await retrieve(store, askOf(asked, source));
            expect(answers).toEqual(expected.answers);
            expect(report).toMatchObject(expected.report);
          }
          const early = [{ a: 'x', b: 1n, t: horizonUs - 1n }];
          const refused = retrieve(store, { source, document: setOver(source.name), frame: early });
          await expect(refused).rejects.toMatchObject({ code: 'HISTORY_EXPIRED' });
        }),
        { numRuns: 25 },
      );
      force(null);
    });

    it('keeps of the rows before the horizon only what can still answer, and says how many went', async () => {
      const source = sourceNamed(`source${run++}`);
      const ref = { project: 'p', source, keys: [['a', 'B']] };
      const rows = [1n, 2n, 3n, 4n].map((event) => row({ event: event * 1_000_000_000n, v: Number(event) }));
      const late = row({
        event: 2_500_000_000n,
        created: 9_000_000_000n,
        arrival: 9_000_000_000n,
        visible: 9_000_000_000n,
      });
      await store.append({ project: 'p', source }, batchesOf([...rows, late]));
      expect(await store.retain(ref, 3_500_000_000n)).toEqual({ horizonUs: 3_500_000_000n, rowsRemoved: 3 });
      expect(await store.retain(ref, 3_500_000_000n)).toEqual({ horizonUs: 3_500_000_000n, rowsRemoved: 0 });
      expect(await store.appliedThrough(ref)).toBe(4n);
      const old = { source, document: setOver(source.name), snapshot: { [source.name]: 3n } };
      const frame = [{ a: 'x', b: 1n, t: 3_500_000_000n }];
      await expect(retrieve(store, { ...old, frame, nowUs: 10_000_000_000n })).rejects.toMatchObject({
        code: 'HISTORY_EXPIRED',
        details: { path: 'snapshot' },
      });
    });

    it('tells what the rows of a feature set look like, of those in range that were known by then', async () => {
      const source = sourceNamed(`source${run++}`);
      const rows = [
        row({ event: 1n, v: 1.5, V: 3n, created: 4n }),
        row({ event: 2n, v: 1.5 }),
        row({ event: 3n, v: 7, a: 'X', V: 3n }),
        row({ event: 3n, v: 9, gone: true }),
        row({ event: 4n, v: 100, b: null }),
        row({ event: 5n, v: 100, created: 900n }),
        row({ event: 9n, v: 100 }),
      ];
      await store.append({ project: 'p', source }, batchesOf(rows));
      const features = [{ name: 'v' }, { name: 'V' }, { name: 'hour', expression: HOUR_IN_NEW_YORK }];
      const document = setOver(source.name, { features });
      const featureSet = compileFeatureSet({ document, source, entity: ENTITY, version: 1, id: 1 });
      const found = await store.statistics({ project: 'p', featureSet, fromUs: 1n, toUs: 9n, asOfUs: 500n });
      expect(found).toMatchObject({ rows: 4, deletions: 1, entities: 2, firstEventUs: 1n, lastEventUs: 3n });
      expect(found.createdLagUs.at(-1)).toEqual({ quantile: 1, value: 3n });
      const [v, V, hour] = found.features;
      expect(v).toMatchObject({ count: 3, nulls: 0, distinct: { count: 2, exact: true }, min: 1.5, max: 7 });
      expect(v!.mean).toBeCloseTo(10 / 3, 12);
      expect(v!.stddev).toBeCloseTo(Math.sqrt((2 * (1.5 - 10 / 3) ** 2 + (7 - 10 / 3) ** 2) / 2), 12);
      expect(v!.quantiles).toContainEqual({ quantile: 0.5, value: 1.5 });
      expect(v!.top).toEqual([
        { value: 1.5, count: 2 },
        { value: 7, count: 1 },
      ]);
      expect(V).toMatchObject({ count: 2, nulls: 1, min: 3n, max: 3n, top: [{ value: 3n, count: 2 }] });
      expect(hour).toMatchObject({ count: 3, distinct: { count: 1 }, min: 19n });
      const none = await store.statistics({
        project: 'p',
        featureSet,
        fromUs: 50n,
        toUs: null,
        asOfUs: 500n,
      });
      expect(none).toMatchObject({ rows: 0, entities: 0, firstEventUs: null, createdLagUs: [] });
      expect(none.features[0]).toMatchObject({ count: 0, min: null, mean: null, quantiles: [], top: [] });
    });

    it('refuses rows of an older owner of the log (S9)', async () => {
      const ref = { project: 'p', source: sourceNamed(`source${run++}`) };
      const [first, second] = batchesOf([1n, 2n, 3n, 4n].map((event) => row({ event })));
      await store.append(ref, [{ ...first!, epoch: 7n }]);
      const stale = store.append(ref, [{ ...second!, epoch: 6n }]);
      await expect(stale).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { epoch: '7' } });
      expect(await store.appliedThrough(ref)).toBe(2n);
      await store.append(ref, [{ ...second!, epoch: 7n }]);
      expect(await store.appliedThrough(ref)).toBe(3n);
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

    it.each([
      ['was registered as something else before it had rows', 0, { v: 'STRING', left: 'BOOL' }],
      ['had a column before that no row had a value in', 1, { late: 'INT64' }],
    ] as const)('takes the rows of a source that %s (S9)', async (_, held, former) => {
      const source = sourceNamed(`source${run++}`);
      const now = { ...source, columns: [...source.columns, { name: 'late', type: 'STRING' as const }] };
      const batches = batchesOf([1n, 2n, 3n, 4n].map((event) => row({ event, v: Number(event) })));
      await store.append({ project: 'p', source }, batches.slice(0, held));
      await store.appliedThrough({ project: 'p', source: retyped(source, former) });
      const rows = batches.map((batch) => withColumn(batch, 'late', columnOf('STRING', ['x', 'y', 'z'])));
      await store.append({ project: 'p', source: now }, rows);
      const document = setOver(source.name, { features: [{ name: 'v' }, { name: 'late' }] });
      const frame = [3n, 4n].map((t) => ({ a: 'x', b: 1n, t }));
      const { answers } = await retrieve(store, { source: now, document, frame });
      expect(answers).toMatchObject([
        { v: 3, late: held === 0 ? 'z' : null },
        { v: 4, late: 'x' },
      ]);
    });

    it('keeps the values of a column that the source names with another type, and refuses the source', async () => {
      const source = sourceNamed(`source${run++}`);
      await store.append({ project: 'p', source }, batchesOf([row({ v: 1, event: 1n })]));
      const other = store.appliedThrough({ project: 'p', source: retyped(source, { v: 'STRING' }) });
      await expect(other).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining('column "v" as FLOAT64'),
      });
      expect(await store.appliedThrough({ project: 'p', source })).toBe(0n);
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

type FrameRow = Pick<OracleQuestion, 'a' | 'b' | 't'> & Partial<OracleQuestion>;

/** No SQL engine computes it for us: time zones are the kernel's. */
const HOUR_IN_NEW_YORK = "EXTRACT(HOUR FROM event_ts AT TIME ZONE 'America/New_York')";
type Ask = {
  readonly source: SourceDocument;
  readonly document: SourceFeatureSetDocument;
  /** A second feature set of the service. */
  readonly and?: { readonly source: SourceDocument; readonly document: SourceFeatureSetDocument };
  readonly knowledge?: Knowledge;
  readonly boundary?: Boundary;
  readonly snapshot?: RetrievalQuery['snapshot'];
  readonly activeUs?: bigint | null;
  readonly nowUs?: bigint;
};

/** The question as of the horizon at the earliest, with a record that an answer of then can have. */
function servedFrom(horizonUs: bigint, rows: readonly OracleRow[], question: OracleQuestion): OracleQuestion {
  const t = question.t < horizonUs ? horizonUs : question.t;
  return { ...question, t, sequence: BigInt(rows.findLastIndex(({ visible }) => visible <= t)) };
}

/** No answer is as of a T before the events that it knew (S14). */
function isAnswer(rows: readonly OracleRow[], { sequence, t }: OracleQuestion): boolean {
  return rows.every(({ event }, i) => sequence === null || BigInt(i) > sequence || event <= t);
}

function askOf(
  { frame, knowledge, boundary, maxAgeUs, activeUs, ...each }: HistoryCase,
  source: SourceDocument,
): Ask & { readonly frame: readonly FrameRow[] } {
  const isRecord = knowledge === 'record';
  return {
    source,
    document: setOver(source.name, maxAgeUs === null ? {} : { maxAge: `${maxAgeUs}us` }),
    frame: isRecord ? frame : frame.map(({ sequence: _, ...question }) => question),
    knowledge: isRecord ? 'served' : knowledge,
    boundary,
    snapshot: each.back === null ? null : { [source.name]: snapshotOf({ ...each, back: each.back }) },
    activeUs,
  };
}

function snapshotOf({ rows, back }: Pick<HistoryCase, 'rows' | 'back'>): bigint {
  return BigInt(rows.length - 1) - (back ?? 0n);
}

function expectedOf({ rows, frame, boundary, ...each }: HistoryCase): {
  readonly answers: readonly Record<string, Value>[];
  readonly report: Partial<RetrievalReport>;
} {
  const rules = { ...each, snapshot: snapshotOf({ ...each, rows }) };
  const asked = frame.map((question) => ({
    ...question,
    t: boundary === 'exclusive' ? question.t - 1n : question.t,
  }));
  return {
    answers: asked.map((question) => oracleAnswer(rows, question, rules)),
    report: {
      rows: asked.length,
      leakCount: oracleLeakCount(rows, asked, rules),
      uncertain: rules.knowledge === 'served' ? oracleUncertain(rows, asked, rules) : 0,
    },
  };
}

/** Appends rows batch by batch, and compacts where the case says so. */
async function write(
  store: OfflineStore,
  source: SourceDocument,
  { rows, compactAfter }: Pick<HistoryCase, 'rows' | 'compactAfter'>,
): Promise<void> {
  for (const [i, batch] of batchesOf(rows).entries()) {
    await store.append({ project: 'p', source }, [batch]);
    if (compactAfter.includes(i)) await store.compact({ project: 'p', source, keys: [['a', 'B']] });
  }
}

async function retrieve(
  store: OfflineStore,
  ask: Ask & { readonly frame: readonly FrameRow[] },
): Promise<{ readonly answers: readonly Record<string, Value>[]; readonly report: RetrievalReport }> {
  const column = (type: ValueType, of: (each: FrameRow) => Value): Column =>
    columnOf(type, ask.frame.map(of));
  const columns = new Map([
    ['a', column('STRING', ({ a }) => a)],
    ['b', column('INT64', ({ b }) => b)],
    ['t', column('TIMESTAMP', ({ t }) => t)],
    ...(ask.frame[0]?.sequence === undefined
      ? []
      : [['set__sequence', column('INT64', ({ sequence }) => sequence ?? null)] as const]),
  ]);
  const path = fileOf(arrowBytes({ rowCount: ask.frame.length, columns }));
  const result = await store.retrieve(queryOf({ ...ask, path }));
  const answers: Record<string, Value>[] = [];
  for await (const batch of result.batches()) answers.push(...rowsOf(batch));
  await result.close();
  return { answers, report: result.report };
}

function queryOf(ask: Ask & { readonly path: string }): RetrievalQuery {
  const asked = [ask, ...(ask.and === undefined ? [] : [ask.and])];
  const sets = asked.map(({ document, source }, i) =>
    compileFeatureSet({ document, source, entity: ENTITY, version: 1, id: 1 + i }),
  );
  const set = sets[0]!;
  const entries = sets.map(({ name }) => ({ featureSet: name }));
  const service = compileFeatureService(
    { kind: 'FeatureService', name: 'service', entries },
    1,
    ({ featureSet }) => sets.find(({ name }) => name === featureSet)!,
  );
  return {
    project: 'p',
    service,
    frame: { kind: 'file', path: ask.path, format: 'arrow' },
    timeColumn: 't',
    knowledge: ask.knowledge ?? 'known',
    boundary: ask.boundary ?? 'inclusive',
    include: ['status', 'eventTime'],
    nowUs: ask.nowUs ?? NOW_US,
    maxSkewUs: 0n,
    snapshot: ask.snapshot ?? null,
    activations: new Map(ask.activeUs == null ? [] : [[set.id, { sequence: -1n, visibleUs: ask.activeUs }]]),
  };
}

/** Feature columns of a batch, those of the first feature set by name without the alias. */
function rowsOf(batch: ColumnBatch): Record<string, Value>[] {
  const columns = [...batch.columns].filter(([name]) => name.includes('__') && name !== 'set__sequence');
  return Array.from({ length: batch.rowCount }, (_, i) =>
    Object.fromEntries(columns.map(([name, column]) => [name.replace(/^set__/, ''), valueAt(column, i)])),
  );
}

let files = 0;
const folder = temporaryFolder('frames');

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.arrow`);
  writeFileSync(path, bytes);
  return path;
}
