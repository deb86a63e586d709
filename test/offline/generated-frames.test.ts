import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CompiledFeatureService, compileFeatureService } from '../../src/compile/feature-service.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import { type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { EntityDocument, SourceDocument } from '../../src/definition/document.js';
import type { Value } from '../../src/definition/value.js';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import type {
  FrameFile,
  GeneratedFrame,
  HistoryRows,
  Knowledge,
  OfflineStore,
  RetrievalQuery,
} from '../../src/offline/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

type Row = { readonly k: string; readonly event: bigint; readonly created: bigint; readonly gone: boolean };
type Instant = { readonly k: string; readonly t: bigint };
type Rules = {
  readonly knowledge: 'known' | 'event';
  readonly maxAge: number | null;
  readonly retention: number | null;
};

/** The newest row that counts, by S10; null where there is none, it is a deletion or too old, negative where it expired. */
function stateAt(rows: readonly Row[], { k, t }: Instant, rules: Rules): number | null {
  let best: number | null = null;
  rows.forEach((row, i) => {
    if (row.k !== k || row.event > t || (rules.knowledge === 'known' && row.created > t)) return;
    const newest = best === null ? null : rows[best]!;
    const isNewer =
      newest === null ||
      row.event > newest.event ||
      (row.event === newest.event && row.created >= newest.created);
    if (isNewer) best = i;
  });
  if (best === null || rows[best]!.gone) return null;
  const age = t - rows[best]!.event;
  if (rules.retention !== null && age > BigInt(rules.retention)) return null;
  return rules.maxAge !== null && age > BigInt(rules.maxAge) ? -1 - best : best;
}

const FROM = 5n;
const TO = 45n;
const KEYS = ['a', 'b', 'é', ''];

/** What a frame of history has, looking at every instant. */
function oracleInstants(
  kind: GeneratedFrame['kind'],
  every: bigint,
  rows: readonly Row[],
  rules: Rules,
): Instant[] {
  const counts = (row: Row): boolean => row.event <= TO && (rules.knowledge === 'event' || row.created <= TO);
  const keys = KEYS.filter((k) => rows.some((row) => row.k === k && counts(row))).sort(byCodePoints);
  const times = Array.from({ length: Number(TO - FROM) + 1 }, (_, i) => FROM + BigInt(i));
  const isAsked: Record<GeneratedFrame['kind'], (at: Instant) => boolean> = {
    rows: ({ k, t }) => rows.some((row) => row.k === k && row.event === t && counts(row)),
    changes: ({ k, t }) => stateAt(rows, { k, t }, rules) !== stateAt(rows, { k, t: t - 1n }, rules),
    grid: ({ t }) => (t - FROM) % every === 0n,
  };
  return keys.flatMap((k) => times.map((t) => ({ k, t }))).filter(isAsked[kind]);
}

function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const instant = fc.bigInt({ min: 0n, max: 50n });
const rows = fc.array(
  fc.record({ k: fc.constantFrom(...KEYS), event: instant, created: instant, gone: fc.boolean() }),
  { maxLength: 14 },
);
const rules = fc.record({
  knowledge: fc.constantFrom('known' as const, 'event' as const),
  maxAge: fc.option(fc.integer({ min: 0, max: 12 })),
  retention: fc.option(fc.integer({ min: 12, max: 30 })),
});

describe('a frame that history makes', () => {
  const folder = temporaryFolder('generated-frames');
  let store: OfflineStore;
  let run = 0;

  beforeAll(async () => {
    store = await DuckdbOfflineStore.open(join(folder, 'history.duckdb'), {
      memoryLimit: '512MB',
      threads: 2,
    });
  });
  afterAll(() => store.close());

  it.each(['rows', 'changes', 'grid'] as const)(
    'of %s has the instants that the oracle finds, and the answers of a frame of them',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(rows, rules, fc.bigInt({ min: 1n, max: 50n }), async (history, rule, every) => {
          const source = sourceNamed(`${kind}${run++}`);
          await store.append({ project: 'p', source }, batchesOf(history));
          const service = serviceOver(source, rule);
          const everyUs = kind === 'grid' ? every : null;
          const frame: GeneratedFrame = { kind, fromUs: FROM, toUs: TO, everyUs, entities: null };
          const made = await retrieve(queryOf(service, rule.knowledge, frame));
          const expected = oracleInstants(kind, every, history, rule);
          expect(made.map((row) => ({ k: row['k'], t: row['t'] }))).toEqual(expected);
          expect(made).toEqual(await retrieve(queryOf(service, rule.knowledge, frameOf(expected))));
        }),
        { numRuns: 40 },
      );
    },
  );

  it('has the entities that are asked for, each once, and only instants of theirs', async () => {
    const source = sourceNamed(`entities${run++}`);
    const row = { created: 10n, gone: false };
    await store.append(
      { project: 'p', source },
      batchesOf([
        { k: 'a', event: 10n, ...row },
        { k: 'b', event: 11n, ...row },
      ]),
    );
    const service = serviceOver(source, { knowledge: 'event', maxAge: null, retention: null });
    const entities = fileOf({
      rowCount: 4,
      columns: new Map([['k', columnOf('STRING', ['b', 'nobody', 'b', null])]]),
    });
    const span = { fromUs: FROM, toUs: TO, entities };
    const times = async (kind: GeneratedFrame['kind'], everyUs: bigint | null) =>
      (await retrieve(queryOf(service, 'event', { kind, everyUs, ...span }))).map((each) => [
        each['k'],
        each['t'],
      ]);
    expect(await times('rows', null)).toEqual([['b', 11n]]);
    expect(await times('changes', null)).toEqual([['b', 11n]]);
    expect(await times('grid', 30n)).toEqual([
      [null, 5n],
      [null, 35n],
      ['b', 5n],
      ['b', 35n],
      ['nobody', 5n],
      ['nobody', 35n],
    ]);
  });

  it('does not count rows beyond its snapshot (S19)', async () => {
    const source = sourceNamed(`snapshot${run++}`);
    const row = { k: 'a', created: 0n, gone: false };
    await store.append(
      { project: 'p', source },
      batchesOf([
        { ...row, event: 10n },
        { ...row, event: 20n },
      ]),
    );
    const service = serviceOver(source, { knowledge: 'event', maxAge: null, retention: null });
    const frame: GeneratedFrame = { kind: 'changes', fromUs: FROM, toUs: TO, everyUs: null, entities: null };
    const query = { ...queryOf(service, 'event', frame), snapshot: { [source.name]: 0n } };
    expect((await retrieve(query)).map((each) => each['t'])).toEqual([10n]);
  });

  it('is refused when it would be too large, before it is made', async () => {
    const source = sourceNamed(`large${run++}`);
    await store.append(
      { project: 'p', source },
      batchesOf([{ k: 'a', event: 1n, created: 1n, gone: false }]),
    );
    const service = serviceOver(source, { knowledge: 'event', maxAge: null, retention: null });
    const frame: GeneratedFrame = { kind: 'grid', fromUs: 0n, toUs: 10n ** 15n, everyUs: 1n, entities: null };
    const asked = retrieve({ ...queryOf(service, 'event', frame), nowUs: 10n ** 16n });
    await expect(asked).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringContaining('1000000000000001 rows'),
      details: { path: 'to' },
    });
  });

  async function retrieve(query: RetrievalQuery): Promise<Record<string, Value>[]> {
    const result = await store.retrieve(query);
    try {
      const answers: Record<string, Value>[] = [];
      for await (const batch of result.batches()) {
        for (let row = 0; row < batch.rowCount; row++) {
          answers.push(
            Object.fromEntries([...batch.columns].map(([name, column]) => [name, valueAt(column, row)])),
          );
        }
      }
      return answers;
    } finally {
      await result.close();
    }
  }

  function frameOf(instants: readonly Instant[]): FrameFile {
    const columns = new Map([
      [
        'k',
        columnOf(
          'STRING',
          instants.map(({ k }) => k),
        ),
      ],
      [
        't',
        columnOf(
          'TIMESTAMP',
          instants.map(({ t }) => t),
        ),
      ],
    ]);
    return fileOf({ rowCount: instants.length, columns });
  }

  function fileOf(batch: ColumnBatch): FrameFile {
    const path = join(folder, 'frame.arrow');
    writeFileSync(path, arrowBytes(batch));
    return { kind: 'file', path, format: 'arrow' };
  }
});

const ENTITY: EntityDocument = { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'STRING' }] };

function sourceNamed(name: string): SourceDocument {
  return {
    kind: 'Source',
    name,
    eventTime: 'event',
    createdTime: 'created',
    tombstone: 'gone',
    columns: [
      { name: 'k', type: 'STRING' },
      { name: 'event', type: 'TIMESTAMP' },
      { name: 'created', type: 'TIMESTAMP' },
      { name: 'gone', type: 'BOOL' },
      { name: 'v', type: 'INT64' },
    ],
  };
}

function serviceOver(source: SourceDocument, { maxAge, retention }: Rules): CompiledFeatureService {
  const set = compileFeatureSet({
    document: {
      kind: 'FeatureSet',
      name: 'set',
      entity: 'thing',
      source: source.name,
      features: [{ name: 'v' }],
      ...(maxAge !== null && { maxAge: `${maxAge}us` }),
      ...(retention !== null && { retention: `${retention}us` }),
    },
    source,
    entity: ENTITY,
    version: 1,
    id: 1,
  });
  const entries = [{ featureSet: 'set', alias: 's' }];
  return compileFeatureService({ kind: 'FeatureService', name: 'all', entries }, 1, () => set);
}

function queryOf(
  service: CompiledFeatureService,
  knowledge: Knowledge,
  frame: RetrievalQuery['frame'],
): RetrievalQuery {
  return {
    project: 'p',
    service,
    frame,
    knowledge,
    timeColumn: 't',
    boundary: 'inclusive',
    include: ['status', 'eventTime'],
    nowUs: 1000n,
    maxSkewUs: 0n,
    snapshot: null,
    activations: new Map(),
  };
}

function batchesOf(rows: readonly Row[]): HistoryRows[] {
  if (rows.length === 0) return [];
  const created = BigInt64Array.from(rows.map((row) => row.created));
  const columns = new Map([
    [
      'k',
      columnOf(
        'STRING',
        rows.map(({ k }) => k),
      ),
    ],
    [
      'event',
      columnOf(
        'TIMESTAMP',
        rows.map(({ event }) => event),
      ),
    ],
    [
      'created',
      columnOf(
        'TIMESTAMP',
        rows.map((row) => row.created),
      ),
    ],
    [
      'gone',
      columnOf(
        'BOOL',
        rows.map(({ gone }) => gone),
      ),
    ],
    [
      'v',
      columnOf(
        'INT64',
        rows.map((_, i) => BigInt(i)),
      ),
    ],
  ]);
  return [
    {
      rows: { rowCount: rows.length, columns },
      firstSequence: 0n,
      createdTimes: created,
      orderTimes: created,
      createdAssumed: false,
      arrivalUs: 0n,
      visibleUs: 0n,
      epoch: 1n,
    },
  ];
}
