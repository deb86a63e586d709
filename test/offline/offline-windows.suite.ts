import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnyFeatureSet } from '../../src/compile/chained-feature-set.js';
import { compileChainedFeatureSet } from '../../src/compile/chained-feature-set.js';
import { compileWindowedFeatureSet } from '../../src/compile/compile-windowed-set.js';
import { compileFeatureService } from '../../src/compile/feature-service.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import type {
  EntityDocument,
  FeatureServiceDocument,
  SourceDocument,
} from '../../src/definition/document.js';
import type { Value } from '../../src/definition/value.js';
import { spanOf } from '../../src/definition/window.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import type {
  GeneratedFrame,
  HistoryRows,
  OfflineStore,
  RetrievalQuery,
  RetrievalReport,
} from '../../src/offline/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { batchesOf, cases, type HistoryCase, NOW_US, row, sourceNamed } from './history-cases.js';
import type { OracleQuestion, OracleRules } from './oracle.js';
import {
  type OracleFeature,
  oracleAssumed,
  oracleCell,
  oracleLeaks,
  oracleUnclaimed,
} from './windows-oracle.js';

const ENTITY: EntityDocument = {
  kind: 'Entity',
  name: 'pair',
  keys: [
    { name: 'a', type: 'STRING' },
    { name: 'b', type: 'INT64' },
  ],
};

const ms = (size: number): bigint => BigInt(size) * 1000n;

/** Instants of the cases lie 30 ms apart: hops of as much have every one on an edge, others some. */
const FEATURES: readonly OracleFeature[] = [
  {
    document: { name: 'rows', aggregate: 'COUNT(*)', window: '60ms', hop: '30ms' },
    window: { sizeUs: ms(60), hopUs: ms(30), offsetUs: 0n },
    aggregate: 'COUNT',
    argument: null,
  },
  {
    document: { name: 'total', aggregate: 'SUM(v)', window: '60ms', hop: '30ms', default: -1 },
    window: { sizeUs: ms(60), hopUs: ms(30), offsetUs: 0n },
    aggregate: 'SUM',
    argument: { type: 'FLOAT64', of: ({ v }) => v },
    defaultValue: -1,
  },
  {
    document: { name: 'ever', aggregate: 'SUM(v)', window: 'lifetime' },
    window: { sizeUs: null, hopUs: 86_400_000_000n, offsetUs: 0n },
    aggregate: 'SUM',
    argument: { type: 'FLOAT64', of: ({ v }) => v },
  },
  {
    document: { name: 'mean', aggregate: 'AVG(v * 2.0)', window: '70ms', hop: '40ms' },
    window: { sizeUs: ms(70), hopUs: ms(40), offsetUs: 0n },
    aggregate: 'AVG',
    argument: { type: 'FLOAT64', of: ({ v }) => (v === null ? null : v * 2) },
  },
  {
    document: { name: 'past', aggregate: 'MAX(seq)', window: '30ms', hop: '20ms', offset: '30ms' },
    window: { sizeUs: ms(30), hopUs: ms(20), offsetUs: ms(30) },
    aggregate: 'MAX',
    argument: { type: 'INT64', of: ({ seq }) => seq },
  },
  {
    document: { name: 'whole', aggregate: 'COUNT(*)', window: '90ms', hop: '30ms', filter: 'V IS NOT NULL' },
    window: { sizeUs: ms(90), hopUs: ms(30), offsetUs: 0n },
    aggregate: 'COUNT',
    argument: null,
    filter: ({ V }) => V !== null,
  },
  {
    document: { name: 'lately', aggregate: 'LAST_N(v, 2)', window: '120ms', hop: '30ms' },
    window: { sizeUs: ms(120), hopUs: ms(30), offsetUs: 0n },
    aggregate: 'LAST_N',
    argument: { type: 'FLOAT64', of: ({ v }) => v },
    parameters: { n: 2 },
  },
  {
    document: { name: 'newest', aggregate: 'SUM(v)', window: '90ms', hop: '1us', max: 2 },
    window: { sizeUs: ms(90), hopUs: 1n, offsetUs: 0n },
    aggregate: 'SUM',
    argument: { type: 'FLOAT64', of: ({ v }) => v },
    newest: 2,
  },
];

const EXTRAS = ['status', 'eventTime'] as const;

/** What every offline store must do with windows (S15 to S22), against a look at every row. */
export function offlineWindowsSuite(engine: string, open: () => Promise<OfflineStore>): void {
  describe(`windows of offline store: ${engine}`, () => {
    let store: OfflineStore;
    let run = 0;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    it('are the rows of their span by every knowledge rule, boundary and snapshot, and the report counts them', async () => {
      await fc.assert(
        fc.asyncProperty(windowCases, async (given) => {
          const { isAssumed, withExact, ...each } = given;
          const features = FEATURES.filter(({ newest }) => withExact || newest === undefined);
          const names = features.map(({ document }) => document.name);
          const source = sourceNamed(`windows${run++}`);
          await store.append({ project: 'p', source }, batches(given));
          const { cells, report } = await retrieve(store, {
            ...askOf(each, source),
            entries: ['set'],
            features: names,
          });
          const { rules, asked } = oracleOf(each);
          const isTimed = rules.knowledge === 'served';
          const assumed = isAssumed ? (place: number) => place % 6 < 3 : () => false;
          expect(cells).toEqual(asked.map((question) => expectedRow(each, question, rules, features)));
          expect(report).toMatchObject({
            rows: asked.length,
            leakCount: oracleLeaks(each.rows, asked, rules, features),
            assumedCreatedTimes:
              rules.knowledge === 'known'
                ? oracleAssumed(each.rows, asked, { rules, isAssumed: assumed }, features)
                : 0,
            uncertain: isTimed ? oracleUnclaimed(each.rows, asked, rules, features) : 0,
            plan: { set: 'windows' },
          });
        }),
        { numRuns: 80 },
      );
    });

    it('are read by chained sets and expressions beside newest rows, which are counted by what they rest on (S5, S17)', async () => {
      await fc.assert(
        fc.asyncProperty(windowCases, async (given) => {
          const source = sourceNamed(`windows${run++}`);
          await store.append({ project: 'p', source }, batches(given));
          const ask = { ...askOf(given, source), entries: ['set', 'latest', 'chained', 'again'] };
          const { cells, report } = await retrieve(store, ask);
          expect(cells.map(computedOf)).toEqual(cells.map(recomputed));
          const known = await retrieve(store, { ...ask, knowledge: 'known' });
          const event = await retrieve(store, { ...ask, knowledge: 'event' });
          expect(report.leakCount).toBe(differences(known.cells, event.cells));
        }),
        { numRuns: 25 },
      );
    });

    it('are the same of many rows and questions, block by block and page by page', async () => {
      const source = sourceNamed(`windows${run++}`);
      const history = manyRows(300_000);
      await store.append({ project: 'p', source }, [history]);
      // Key k has a row at k, k + 500, …; the last key has as many again as all others.
      const frame = Array.from({ length: 140_000 }, (_, i) => {
        const b = BigInt((i * 7) % 502);
        return { a: 'x', b, t: BigInt(i % 150_000), sequence: null };
      });
      const { cells, report } = await retrieve(store, { ...ASK, source, frame, entries: ['set'] });
      const wrong = frame.filter(({ b, t }, i) => cells[i]!['set__rows'] !== countOf(b, t));
      expect(wrong).toEqual([]);
      expect(report).toMatchObject({ rows: 140_000, leakCount: 0 });
    });

    it('end when nobody waits for them any more, also while rows are being read, and others are answered afterwards', async () => {
      const source = sourceNamed(`windows${run++}`);
      await store.append({ project: 'p', source }, [manyRows(300_000)]);
      const frame = Array.from({ length: 20_000 }, (_, i) => {
        return { a: 'x', b: BigInt(i % 502), t: 149_999n, sequence: null };
      });
      const ask = { ...ASK, source, frame, entries: ['set'], features: ['rows'] };
      for (const turns of [1, 3, 9]) {
        await expect(retrieve(store, { ...ask, signal: abortedAfter(turns) })).rejects.toThrow(
          'nobody waits',
        );
      }
      const { cells } = await retrieve(store, ask);
      expect(frame.filter(({ b, t }, i) => cells[i]!['set__rows'] !== countOf(b, t))).toEqual([]);
    });

    it('refuses a span that reaches behind what retention left, and answers the first that does not (S15)', async () => {
      const source = sourceNamed(`windows${run++}`);
      const ref = { project: 'p', source, keys: [] };
      const rows = [0n, 30_000n, 60_000n, 90_000n].map((event) => row({ event, v: 1 }));
      await store.append(ref, batchesOf(rows));
      await store.retain(ref, 30_000n);
      const asOf = (t: bigint, features: readonly string[]): ReturnType<typeof retrieve> =>
        retrieve(store, {
          ...ASK,
          source,
          frame: [{ a: 'x', b: 1n, t, sequence: null }],
          entries: ['set'],
          features,
        });
      const { cells } = await asOf(90_000n, ['rows', 'total']);
      expect(cells[0]).toMatchObject({ set__rows: 2n, set__total: 2 });
      await expect(asOf(89_999n, ['rows'])).rejects.toMatchObject({
        code: 'HISTORY_EXPIRED',
        details: { path: 'time' },
      });
      await expect(asOf(90_000n, ['ever'])).rejects.toMatchObject({ code: 'HISTORY_EXPIRED' });
    });

    it('stand in generated frames of rows and grids; as changes they are refused', async () => {
      const source = sourceNamed(`windows${run++}`);
      await store.append(
        { project: 'p', source },
        batchesOf([0n, 30_000n].map((event) => row({ event, v: 1 }))),
      );
      const generated = (kind: 'rows' | 'changes' | 'grid'): ReturnType<typeof retrieve> => {
        const frame = {
          kind,
          fromUs: 0n,
          toUs: 60_000n,
          everyUs: kind === 'grid' ? 30_000n : null,
          entities: null,
        };
        return retrieve(store, {
          ...ASK,
          source,
          frame: [],
          generated: frame,
          entries: ['set'],
          features: ['rows'],
        });
      };
      const countsOf = async (kind: 'rows' | 'grid'): Promise<readonly Value[]> =>
        (await generated(kind)).cells.map((cells) => cells['set__rows']!);
      expect(await countsOf('rows')).toEqual([1n, 2n]);
      expect(await countsOf('grid')).toEqual([1n, 2n, 1n]);
      await expect(generated('changes')).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        details: { path: 'mode' },
      });
    });
  });
}

/** The values of an answer that are computed from others of it. */
function computedOf(cells: Cells): readonly Value[] {
  return ['chained__both', 'again__more', 'half'].map((name) => cells[name]!);
}

function recomputed(cells: Cells): readonly Value[] {
  const of = (name: string, change: (value: number) => number): number | null => {
    const value = cells[name]!;
    return value === null ? null : change(Number(value));
  };
  const rows = of('set__rows', (value) => value);
  const both = rows === null ? null : of('latest__v', (value) => value + rows);
  return [both, of('set__total', (value) => value + 1), of('set__total', (value) => value / 2)];
}

type WindowCase = HistoryCase & {
  readonly isAssumed: boolean;
  /** Exact windows have their rows sorted otherwise. */
  readonly withExact: boolean;
};

/** Mostly of keys that have rows, at instants on, just before and just after those of the rows, and so of hops and spans. */
const windowCases: fc.Arbitrary<WindowCase> = fc
  .record({
    each: cases,
    shifts: fc.array(fc.constantFrom(0n, -1n, 1n), { minLength: 12, maxLength: 12 }),
    isAssumed: fc.boolean(),
    withExact: fc.boolean(),
  })
  .map(({ each, shifts, ...more }) => ({
    ...each,
    ...more,
    frame: each.frame.map((question, i) => ({
      ...question,
      a: question.a === '' ? 'x' : question.a,
      b: question.b === 3n && shifts[i] === 0n ? 1n : question.b,
      t: question.t + shifts[i]!,
    })),
  }));

/** Every other batch came without created times of its own. */
function batches({ rows, isAssumed }: WindowCase): readonly HistoryRows[] {
  return batchesOf(rows).map((batch, i) => ({ ...batch, createdAssumed: isAssumed && i % 2 === 0 }));
}

function oracleOf({ frame, boundary, ...each }: HistoryCase): {
  readonly rules: OracleRules;
  readonly asked: readonly OracleQuestion[];
} {
  const asked = frame.map((question) => ({
    ...question,
    t: boundary === 'exclusive' ? question.t - 1n : question.t,
  }));
  return { rules: { ...each, snapshot: snapshotOf(each) }, asked };
}

function snapshotOf({ rows, back }: Pick<HistoryCase, 'rows' | 'back'>): bigint {
  return BigInt(rows.length - 1) - (back ?? 0n);
}

function expectedRow(
  { rows }: HistoryCase,
  question: OracleQuestion,
  rules: OracleRules,
  features: readonly OracleFeature[],
): Cells {
  const cells = features.flatMap((feature): [string, Value][] => {
    const name = `set__${feature.document.name}`;
    const { value, status } = oracleCell(rows, question, rules, feature);
    return [
      [name, value],
      [`${name}__status`, status],
    ];
  });
  return { ...Object.fromEntries(cells), set__event_time: null };
}

type Cells = Readonly<Record<string, Value>>;

type WindowAsk = {
  readonly source: SourceDocument;
  readonly frame: readonly OracleQuestion[];
  /** In the place of `frame`. */
  readonly generated?: GeneratedFrame;
  /** Of the windowed set; default all. */
  readonly features?: readonly string[];
  /** Aliases of what is served. */
  readonly entries: readonly string[];
  readonly knowledge: HistoryCase['knowledge'];
  readonly boundary: HistoryCase['boundary'];
  readonly snapshot: RetrievalQuery['snapshot'];
  readonly activeUs: bigint | null;
  readonly signal?: AbortSignal;
};

/** A signal that is aborted when it was looked at so often. */
function abortedAfter(looks: number): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  let left = looks;
  signal.throwIfAborted = () => {
    if (left-- === 0) controller.abort(new Error('nobody waits'));
    AbortSignal.prototype.throwIfAborted.call(signal);
  };
  return signal;
}

/** As of now, by what was known. */
const ASK = { knowledge: 'known', boundary: 'inclusive', snapshot: null, activeUs: null } as const;

/** Key k has a row at k, k + 500, … microseconds, and key 501 has as many as all others. */
function manyRows(rowCount: number): HistoryRows {
  const times = BigInt64Array.from({ length: rowCount }, (_, i) => BigInt(i >> 1));
  const isLast = (i: number): boolean => i % 2 === 1;
  const columns = new Map([
    ['a', columnOf('STRING', new Array<string>(rowCount).fill('x'))],
    [
      'B',
      columnOf(
        'INT64',
        Array.from(times, (us, i) => (isLast(i) ? 501n : us % 500n)),
      ),
    ],
    ['event_ts', { type: 'TIMESTAMP', values: times, valid: null } as const],
  ]);
  return {
    rows: { rowCount, columns },
    firstSequence: 0n,
    createdTimes: times,
    orderTimes: times,
    createdAssumed: false,
    arrivalUs: 0n,
    visibleUs: 0n,
    epoch: 1n,
  };
}

/** Rows of {@link manyRows} up to T, as none is older than 60 ms less than T where a span begins. */
function countOf(key: bigint, t: bigint): bigint {
  const { afterUs } = spanOf(FEATURES[0]!.window, t);
  const through = (us: bigint): bigint => {
    if (us < 0n) return 0n;
    if (key === 501n) return us + 1n;
    return key > us || key >= 500n ? 0n : (us - key) / 500n + 1n;
  };
  return through(t) - through(afterUs!);
}

function askOf(
  { frame, knowledge, boundary, activeUs, ...each }: HistoryCase,
  source: SourceDocument,
): Omit<WindowAsk, 'entries'> {
  const snapshot = each.back === null ? null : { [source.name]: snapshotOf(each) };
  return { source, frame, knowledge, boundary, snapshot, activeUs };
}

function serviceOver({ source, entries, features }: WindowAsk): RetrievalQuery['service'] {
  const common = { entity: ENTITY, version: 1 };
  const keys = { b: 'B' };
  const set = compileWindowedFeatureSet({
    ...common,
    source,
    id: 1,
    document: {
      kind: 'FeatureSet',
      name: 'set',
      entity: 'pair',
      source: source.name,
      keys,
      features: FEATURES.map(({ document }) => document),
    },
  });
  const latest = compileFeatureSet({
    ...common,
    source,
    id: 2,
    document: {
      kind: 'FeatureSet',
      name: 'latest',
      entity: 'pair',
      source: source.name,
      keys,
      features: [{ name: 'v' }],
    },
  });
  const sets = new Map<string, AnyFeatureSet>([
    ['set', set],
    ['latest', latest],
  ]);
  const chain = (
    name: string,
    id: number,
    inputs: readonly string[],
    feature: readonly [string, string],
  ): void => {
    const compiled = compileChainedFeatureSet({
      ...common,
      id,
      document: {
        kind: 'FeatureSet',
        name,
        entity: 'pair',
        inputs: inputs.map((featureSet) => ({ featureSet })),
        features: [{ name: feature[0], expression: feature[1] }],
      },
      featureSetOf: ({ featureSet }) => sets.get(featureSet)!,
    });
    sets.set(name, compiled);
  };
  chain('chained', 3, ['set', 'latest'], ['both', 'CAST(set__rows AS FLOAT64) + latest__v']);
  chain('again', 4, ['set'], ['more', 'set__total + 1.0']);
  const document: FeatureServiceDocument = {
    kind: 'FeatureService',
    name: 'service',
    entries: entries.map((featureSet) => ({ featureSet, ...(features !== undefined && { features }) })),
    ...(entries.length > 1 && { expressions: [{ name: 'half', expression: 'set__total / 2.0' }] }),
  };
  return compileFeatureService(document, 1, ({ featureSet }) => sets.get(featureSet)!);
}

async function retrieve(
  store: OfflineStore,
  ask: WindowAsk,
): Promise<{ readonly cells: readonly Cells[]; readonly report: RetrievalReport }> {
  const { frame, activeUs } = ask;
  const service = serviceOver(ask);
  const isRecord = ask.knowledge === 'record';
  const sequences = isRecord ? service.entries.map(({ alias }) => `${alias}__sequence`) : [];
  const columns = new Map([
    [
      'a',
      columnOf(
        'STRING',
        frame.map(({ a }) => a),
      ),
    ],
    [
      'b',
      columnOf(
        'INT64',
        frame.map(({ b }) => b),
      ),
    ],
    [
      't',
      columnOf(
        'TIMESTAMP',
        frame.map(({ t }) => t),
      ),
    ],
    ...sequences.map(
      (name) =>
        [
          name,
          columnOf(
            'INT64',
            frame.map(({ sequence }) => sequence),
          ),
        ] as const,
    ),
  ]);
  const result = await store.retrieve({
    project: 'p',
    service,
    frame: ask.generated ?? {
      kind: 'file',
      path: fileOf(arrowBytes({ rowCount: frame.length, columns })),
      format: 'arrow',
    },
    timeColumn: 't',
    knowledge: ask.knowledge === 'record' ? 'served' : ask.knowledge,
    boundary: ask.boundary,
    include: EXTRAS,
    nowUs: NOW_US,
    maxSkewUs: 0n,
    ...(ask.signal !== undefined && { signal: ask.signal }),
    snapshot: ask.snapshot,
    activations: new Map(
      activeUs === null ? [] : [1, 2].map((id) => [id, { sequence: -1n, visibleUs: activeUs }]),
    ),
  });
  const cells: Cells[] = [];
  for await (const batch of result.batches()) {
    const answers = [...batch.columns].filter(([name]) => !columns.has(name));
    for (let i = 0; i < batch.rowCount; i++) {
      cells.push(Object.fromEntries(answers.map(([name, column]) => [name, valueAt(column, i)])));
    }
  }
  await result.close();
  return { cells, report: result.report };
}

/** Values, with their statuses, that differ. */
function differences(known: readonly Cells[], event: readonly Cells[]): number {
  let count = 0;
  known.forEach((cells, i) => {
    for (const name of Object.keys(cells)) {
      if (name.endsWith('__status') || name.endsWith('__event_time')) continue;
      const text = (from: Cells): string =>
        JSON.stringify([from[name], from[`${name}__status`]], (_, value) =>
          typeof value === 'bigint' ? `${value}n` : value,
        );
      count += Number(text(cells) !== text(event[i]!));
    }
  });
  return count;
}

let files = 0;
const folder = temporaryFolder('windows');

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.arrow`);
  writeFileSync(path, bytes);
  return path;
}
