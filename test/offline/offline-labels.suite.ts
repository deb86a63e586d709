import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileWindowedFeatureSet } from '../../src/compile/compile-windowed-set.js';
import { type CompiledFeatureService, compileFeatureService } from '../../src/compile/feature-service.js';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { EntityDocument, SourceDocument } from '../../src/definition/document.js';
import type { Value } from '../../src/definition/value.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import type { OfflineStore, RetrievalReport } from '../../src/offline/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { batchesOf, cases, type HistoryCase, NOW_US, row, sourceNamed } from './history-cases.js';
import type { OracleQuestion, OracleRow } from './oracle.js';

/** What the cases ask for: labels of two windows over one state, of other maturities, and one with a default. */
const LABELS = [
  { name: 'rows', aggregate: 'COUNT(*)', window: '30ms' },
  { name: 'later', aggregate: 'COUNT(*)', window: '30ms', maturity: '30ms' },
  { name: 'total', aggregate: 'SUM(V)', window: '60ms', filter: 'v IS NOT NULL', default: 0 },
] as const;

type Cell = { readonly value: Value; readonly status: string };

/** Instants of the cases lie 30 ms apart, so rows lie on both ends of the windows, and T also 1 µs beside. */
const labelCases = fc
  .record({ each: cases, shifts: fc.array(fc.constantFrom(0n, -1n, 1n), { minLength: 12, maxLength: 12 }) })
  .map(
    ({ each, shifts }): HistoryCase => ({
      ...each,
      knowledge: each.knowledge === 'record' ? 'served' : each.knowledge,
      frame: each.frame.map((question, i) => ({ ...question, t: question.t + shifts[i]! })),
    }),
  );

/** What every offline store must do with labels, against a look at every row. */
export function offlineLabelsSuite(engine: string, open: () => Promise<OfflineStore>): void {
  describe(`labels of offline store: ${engine}`, () => {
    let store: OfflineStore;
    let run = 0;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    const stored = async (rows: readonly OracleRow[]): Promise<SourceDocument> => {
      const source = sourceNamed(`labels${run++}`);
      await store.append({ project: 'p', source }, batchesOf(rows));
      return source;
    };

    it('are what the snapshot knows of (T, T + W], whole or absent, and the report counts what is absent', async () => {
      await fc.assert(
        fc.asyncProperty(labelCases, async (given) => {
          const source = await stored(given.rows);
          const { cells, report } = await retrieve(store, source, given);
          const oracle = new LabelOracle(given);
          const expected = given.frame.map((question) => oracle.cells(question, given.knowledge));
          expect(cells).toEqual(expected);
          expect(report.immature).toBe(expected.flat().filter(({ status }) => status === 'NOT_FOUND').length);
          const [known, event] = (['known', 'event'] as const).map((rule) =>
            given.frame.flatMap((question) => oracle.cells(question, rule)),
          );
          expect(report.leakCount).toBe(
            known!.filter(({ value, status }, i) => {
              return value !== event![i]!.value || status !== event![i]!.status;
            }).length,
          );
        }),
        { numRuns: 80 },
      );
    });

    it('of one snapshot are the same whatever came since, and removed (S19)', async () => {
      const events = [1_000_000n, 2_000_000n, 3_000_000n];
      const source = await stored(events.map((event) => row({ event, arrival: 3_000_000n, v: 1, V: 1n })));
      const frame = [970_000n, 2_970_000n].map((t) => ({ a: 'x', b: 1n, t, sequence: null }));
      const ask = { ...ASK, frame, back: 0n, rows: events.map((event) => row({ event })) };
      const before = await retrieve(store, source, ask);
      expect(before.cells.map(([rows, later]) => [rows!.value, later!.value])).toEqual([
        [1n, 1n],
        [1n, null],
      ]);
      const late = row({ event: 990_000n, arrival: 9_000_000n, visible: 9_000_000n });
      await store.append({ project: 'p', source }, batchesOf([...ask.rows, late]).slice(1));
      expect((await retrieve(store, source, ask)).cells).toEqual(before.cells);
      // What was removed arrived last: it still tells how far history is.
      const all = { ...ask, frame: frame.slice(1), rows: [...ask.rows, late] };
      const whole = await retrieve(store, source, all);
      expect(whole.cells[0]!.map(({ status }) => status)).toEqual(['PRESENT', 'PRESENT', 'PRESENT']);
      await store.retain({ project: 'p', source, keys: [] }, 2_500_000n);
      expect((await retrieve(store, source, all)).cells).toEqual(whole.cells);
    });
  });
}

/** Every label by a look at every row. */
class LabelOracle {
  private readonly through: bigint;
  private readonly snapshotUs: bigint | null;

  constructor(private readonly given: HistoryCase) {
    this.through = BigInt(given.rows.length - 1) - (given.back ?? 0n);
    const arrivals = given.rows.filter((_, i) => BigInt(i) <= this.through).map(({ arrival }) => arrival);
    this.snapshotUs = arrivals.length === 0 ? null : arrivals.reduce((a, b) => (a > b ? a : b));
  }

  cells(question: OracleQuestion, knowledge: HistoryCase['knowledge']): readonly Cell[] {
    const t = this.given.boundary === 'exclusive' ? question.t - 1n : question.t;
    const byEvent = knowledge === 'event';
    const short = this.seen(question, { t, sizeUs: 30_000n, byEvent }).length;
    const values = this.seen(question, { t, sizeUs: 60_000n, byEvent })
      .filter(({ v }) => v !== null)
      .flatMap(({ V }) => V ?? []);
    const total = values.length === 0 ? null : values.reduce((a, b) => a + b);
    return [
      this.cell(t + 30_000n, BigInt(short), null),
      this.cell(t + 60_000n, BigInt(short), null),
      this.cell(t + 60_000n, total, 0n),
    ];
  }

  private cell(completeUs: bigint, value: Value, standard: Value): Cell {
    if (this.snapshotUs === null || completeUs > this.snapshotUs) return { value: null, status: 'NOT_FOUND' };
    return value === null ? { value: standard, status: 'NULL' } : { value, status: 'PRESENT' };
  }

  private seen(
    { a, b }: OracleQuestion,
    { t, sizeUs, byEvent }: { readonly t: bigint; readonly sizeUs: bigint; readonly byEvent: boolean },
  ): readonly OracleRow[] {
    return this.given.rows.filter((each, place) => {
      const isOurs = each.a === a && each.b !== null && each.b === b && each.gone !== true;
      const isIn = each.event > t && each.event <= t + sizeUs;
      return isOurs && isIn && BigInt(place) <= this.through && (byEvent || each.created <= this.snapshotUs!);
    });
  }
}

const ENTITY: EntityDocument = {
  kind: 'Entity',
  name: 'pair',
  keys: [
    { name: 'a', type: 'STRING' },
    { name: 'b', type: 'INT64' },
  ],
};

function serviceOver(source: SourceDocument): CompiledFeatureService {
  const features = LABELS.map((label) => ({ ...label, direction: 'following' as const }));
  const document = {
    kind: 'FeatureSet',
    name: 'set',
    entity: 'pair',
    source: source.name,
    keys: { b: 'B' },
    features,
  } as const;
  const set = compileWindowedFeatureSet({ document, source, entity: ENTITY, version: 1, id: 1 });
  const service = { kind: 'FeatureService', name: 'service', entries: [{ featureSet: 'set' }] } as const;
  return compileFeatureService(service, 1, () => set);
}

type LabelAsk = Pick<HistoryCase, 'rows' | 'frame' | 'knowledge' | 'boundary' | 'back'>;

const ASK = { knowledge: 'known', boundary: 'inclusive' } as const;

async function retrieve(
  store: OfflineStore,
  source: SourceDocument,
  { rows, frame, knowledge, boundary, back }: LabelAsk,
): Promise<{ readonly cells: readonly (readonly Cell[])[]; readonly report: RetrievalReport }> {
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
  ]);
  const result = await store.retrieve({
    project: 'p',
    service: serviceOver(source),
    frame: { kind: 'file', path: fileOf(arrowBytes({ rowCount: frame.length, columns })), format: 'arrow' },
    timeColumn: 't',
    knowledge: knowledge === 'record' ? 'served' : knowledge,
    boundary,
    include: ['status'],
    nowUs: 10n * NOW_US,
    maxSkewUs: 0n,
    snapshot: back === null ? null : { [source.name]: BigInt(rows.length - 1) - back },
    activations: new Map(),
  });
  const cells: Cell[][] = [];
  for await (const batch of result.batches()) {
    const column = (name: string, at: number): Value => valueAt(batch.columns.get(name)!, at);
    for (let at = 0; at < batch.rowCount; at++) {
      cells.push(
        LABELS.map(({ name }) => ({
          value: column(`set__${name}`, at),
          status: String(column(`set__${name}__status`, at)),
        })),
      );
    }
  }
  await result.close();
  return { cells, report: result.report };
}

let files = 0;
const folder = temporaryFolder('labels');

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.arrow`);
  writeFileSync(path, bytes);
  return path;
}
