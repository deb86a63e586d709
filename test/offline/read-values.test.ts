import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyFeatureSet, compileChainedFeatureSet } from '../../src/compile/chained-feature-set.js';
import { type CompiledFeatureService, compileFeatureService } from '../../src/compile/feature-service.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import { type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { EntityDocument, SourceDocument } from '../../src/definition/document.js';
import type { Value } from '../../src/definition/value.js';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { PLANS_BY_SIZE } from '../../src/offline/adapter/duckdb-plan.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import type { Knowledge, LatestPlan, OfflineStore, RetrievalReport } from '../../src/offline/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { batchesOf, cases, type HistoryCase, NOW_US, sourceNamed } from './history-cases.js';

const ENTITY: EntityDocument = {
  kind: 'Entity',
  name: 'pair',
  keys: [
    { name: 'a', type: 'STRING' },
    { name: 'b', type: 'INT64' },
  ],
};

const FEATURES = [
  { name: 'v', default: -1 },
  { name: 'V' },
  { name: 'hour', expression: "EXTRACT(HOUR FROM event_ts AT TIME ZONE 'America/New_York')" },
];

/** The same values again, and what rests on a younger row too. */
const AGAIN = FEATURES.map(({ name }) => ({ name, expression: `set__${name}` }));
const BOTH = [
  { name: 'both', expression: 'set__V + young__V' },
  { name: 'none', expression: 'young__v IS NULL' },
];

let forced: LatestPlan | null = null;
let store: OfflineStore;
let run = 0;
beforeAll(async () => {
  const path = join(temporaryFolder('duckdb'), 'history.duckdb');
  store = await DuckdbOfflineStore.open(
    path,
    { memoryLimit: '512MB', threads: 2 },
    {
      ...PLANS_BY_SIZE,
      choose: (facts) => (forced === 'compacted' && !facts.compacted ? 'raw' : (forced ?? 'small')),
    },
  );
});
afterAll(() => store.close());

describe('values computed from others of an answer', () => {
  it('are those of the rows that they rest on, by every rule and plan, and are counted as those (S5, S16 to S18)', async () => {
    const seen = { leaks: 0, uncertain: 0, assumed: 0 };
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.boolean(),
        fc.constantFrom('small' as const, 'compacted' as const, 'raw' as const),
        async (each, createdAssumed, plan) => {
          forced = plan;
          const source = sourceNamed(`source${run++}`);
          await write(source, each, createdAssumed);
          const { stored, chained, both } = servicesOver(source, each);
          const [plain, again] = [await retrieve(stored, each), await retrieve(chained, each)];
          expect(again.values).toEqual(plain.values);
          expect(again.report.uncertain).toBe(plain.report.uncertain);
          expect(again.report.assumedCreatedTimes).toBe(plain.report.assumedCreatedTimes);
          for (const service of [chained, both]) {
            const { report } = await retrieve(service, each);
            const known = await retrieve(service, { ...each, knowledge: 'known' });
            const event = await retrieve(service, { ...each, knowledge: 'event' });
            expect(report.leakCount).toBe(differences(known, event));
            seen.leaks += report.leakCount;
          }
          seen.uncertain += again.report.uncertain;
          seen.assumed += again.report.assumedCreatedTimes;
        },
      ),
      { numRuns: 20, seed: 6 },
    );
    expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
  }, 120_000);
});

function servicesOver(source: SourceDocument, { maxAgeUs }: HistoryCase) {
  const origin = { source, entity: ENTITY, version: 1 };
  const common = { kind: 'FeatureSet', entity: 'pair' } as const;
  const document = { ...common, source: source.name, keys: { b: 'B' }, features: FEATURES };
  const maxAge = maxAgeUs === null ? {} : { maxAge: `${maxAgeUs}us` };
  const set = compileFeatureSet({ ...origin, id: 1, document: { ...document, ...maxAge, name: 'set' } });
  const young = compileFeatureSet({
    ...origin,
    id: 2,
    document: { ...document, maxAge: '1us', name: 'young' },
  });
  const chain = (name: string, inputs: readonly AnyFeatureSet[], features: typeof AGAIN) =>
    compileChainedFeatureSet({
      ...{ entity: ENTITY, version: 1, id: 3 },
      document: { ...common, name, inputs: inputs.map((input) => ({ featureSet: input.name })), features },
      featureSetOf: ({ featureSet }) => inputs.find((input) => input.name === featureSet)!,
    });
  return {
    stored: serviceOf(set),
    chained: serviceOf(chain('again', [set], AGAIN)),
    both: serviceOf(chain('both', [set, young], BOTH)),
  };
}

function serviceOf(set: AnyFeatureSet): CompiledFeatureService {
  const entries = [{ featureSet: set.name, alias: 'x' }];
  return compileFeatureService({ kind: 'FeatureService', name: 'service', entries }, 1, () => set);
}

async function write(
  source: SourceDocument,
  { rows, compactAfter }: HistoryCase,
  createdAssumed: boolean,
): Promise<void> {
  for (const [i, batch] of batchesOf(rows).entries()) {
    await store.append({ project: 'p', source }, [{ ...batch, createdAssumed }]);
    if (compactAfter.includes(i)) await store.compact({ project: 'p', source, keys: [['a', 'B']] });
  }
}

type Found = {
  /** By column, without the columns of the frame. */
  readonly values: Readonly<Record<string, readonly Value[]>>;
  readonly statuses: Readonly<Record<string, readonly Value[]>>;
  readonly report: RetrievalReport;
};

async function retrieve(service: CompiledFeatureService, each: HistoryCase): Promise<Found> {
  const { frame, knowledge, boundary, back, rows, activeUs } = each;
  const source = service.entries[0]!.featureSet.source.name;
  const records = knowledge === 'record' ? service.entries.map(({ alias }) => `${alias}__sequence`) : [];
  const column = (of: (question: (typeof frame)[number]) => Value) => frame.map(of);
  const columns = new Map([
    [
      'a',
      columnOf(
        'STRING',
        column(({ a }) => a),
      ),
    ],
    [
      'b',
      columnOf(
        'INT64',
        column(({ b }) => b),
      ),
    ],
    [
      't',
      columnOf(
        'TIMESTAMP',
        column(({ t }) => t),
      ),
    ],
    ...records.map(
      (name) =>
        [
          name,
          columnOf(
            'INT64',
            column(({ sequence }) => sequence),
          ),
        ] as const,
    ),
  ]);
  const path = join(folder, `${run++}.arrow`);
  writeFileSync(path, arrowBytes({ rowCount: frame.length, columns }));
  const result = await store.retrieve({
    project: 'p',
    service,
    frame: { kind: 'file', path, format: 'arrow' },
    timeColumn: 't',
    knowledge: knowledge === 'record' ? 'served' : (knowledge satisfies Knowledge),
    boundary,
    include: ['status'],
    nowUs: NOW_US,
    maxSkewUs: 0n,
    snapshot: back === null ? null : { [source]: BigInt(rows.length - 1) - back },
    activations: new Map(
      activeUs === null ? [] : [1, 2].map((id) => [id, { sequence: -1n, visibleUs: activeUs }]),
    ),
  });
  const batches: ColumnBatch[] = [];
  for await (const batch of result.batches()) batches.push(batch);
  await result.close();
  const cells = (wanted: (name: string) => boolean) =>
    Object.fromEntries(
      result.columns
        .filter(({ name }) => name.startsWith('x__') && !name.endsWith('__sequence') && wanted(name))
        .map(({ name }) => [name, batches.flatMap((batch) => valuesOf(batch, name))]),
    );
  const isStatus = (name: string): boolean => name.endsWith('__status');
  return { values: cells((name) => !isStatus(name)), statuses: cells(isStatus), report: result.report };
}

function valuesOf({ rowCount, columns }: ColumnBatch, name: string): readonly Value[] {
  return Array.from({ length: rowCount }, (_, row) => valueAt(columns.get(name)!, row));
}

/** Cells with another value or status; 0.0 and -0.0 are equal (S3). */
function differences(a: Found, b: Found): number {
  return Object.entries(a.values).reduce(
    (count, [name, values]) =>
      count +
      values.filter(
        (value, row) =>
          value !== b.values[name]![row] ||
          a.statuses[`${name}__status`]![row] !== b.statuses[`${name}__status`]![row],
      ).length,
    0,
  );
}

const folder = temporaryFolder('frames');
