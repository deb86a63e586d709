import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CompiledFeatureService, compileFeatureService } from '../../src/compile/feature-service.js';
import { type CompiledFeatureSet, compileFeatureSet } from '../../src/compile/feature-set.js';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { EntityDocument, SourceDocument } from '../../src/definition/document.js';
import { stringifyJson } from '../../src/definition/json-value.js';
import { encodeKey } from '../../src/definition/key.js';
import { formatTimestamp } from '../../src/definition/time.js';
import type { Value } from '../../src/definition/value.js';
import { LmdbOnlineStore } from '../../src/online/adapter/lmdb.js';
import { featureCodec, Lookup } from '../../src/online/lookup.js';
import { lookupColumns } from '../../src/online/lookup-columns.js';
import { LOOKUP_PARTS, lookupWriter } from '../../src/online/lookup-json.js';
import { parseEntities } from '../../src/online/lookup-request.js';
import { ManualClock } from '../../src/platform/clock.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const RUNS = 300;
const SECOND = 1_000_000n;

/** A row as the oracle keeps it: its key, its place in every order, and its feature values. */
type Row = {
  readonly key: readonly [string, bigint];
  readonly eventTime: bigint;
  readonly orderTime: bigint;
  readonly orderColumn: bigint | null;
  readonly sequence: bigint;
  readonly tombstone: boolean;
  readonly values: readonly [number | null, bigint | null, string | null];
};

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 's',
  eventTime: 'at',
  columns: [
    { name: 'k', type: 'STRING' },
    { name: 'n', type: 'INT64' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'x', type: 'FLOAT64' },
    { name: 'y', type: 'INT64' },
    { name: 'z', type: 'STRING' },
  ],
};
const ONE: EntityDocument = { kind: 'Entity', name: 'one', keys: [{ name: 'k', type: 'STRING' }] };
const TWO: EntityDocument = {
  kind: 'Entity',
  name: 'two',
  keys: [
    { name: 'k', type: 'STRING' },
    { name: 'n', type: 'INT64' },
  ],
};
const DEFAULT_Y = 7n;

let store: LmdbOnlineStore;
let nextId = 1;
beforeAll(() => {
  store = LmdbOnlineStore.open(temporaryFolder('lookup'));
});
afterAll(() => store.close());

type Ages = { readonly maxAge?: string; readonly retention?: string };

function setOf(entity: EntityDocument, ages: Ages): CompiledFeatureSet {
  const id = nextId++;
  const features = [{ name: 'x' }, { name: 'y', default: Number(DEFAULT_Y) }, { name: 'z' }];
  const document = {
    kind: 'FeatureSet',
    name: `set${id}`,
    entity: entity.name,
    source: 's',
    features,
    ...ages,
  } as const;
  return compileFeatureSet({ document, source: SOURCE, entity, version: 1, id });
}

/** One set under two keys, and a set of another entity: `a` by `k`, `b` by `other`, `c` by `k` and `n`. */
function serviceOf(one: CompiledFeatureSet, two: CompiledFeatureSet): CompiledFeatureService {
  const sets = new Map([one, two].map((set) => [set.name, set]));
  const entries = [
    { featureSet: one.name, alias: 'a' },
    { featureSet: one.name, alias: 'b', features: ['z', 'y'], keys: { k: 'other' } },
    { featureSet: two.name, alias: 'c', features: ['y'] },
  ];
  return compileFeatureService(
    { kind: 'FeatureService', name: 'f', entries },
    1,
    ({ featureSet }) => sets.get(featureSet)!,
  );
}

const NOTHING = new Uint8Array(0);

async function apply(set: CompiledFeatureSet, rows: readonly Row[]): Promise<void> {
  const codec = featureCodec(set);
  const columns = set.features.map(({ type }, i) =>
    columnOf(
      type,
      rows.map(({ values }) => values[i]!),
    ),
  );
  const writes = rows.map(({ key, tombstone, values: _, ...order }, i) => ({
    setId: set.id,
    key: encodeKey(set.keyTypes, key.slice(0, set.keyTypes.length))!,
    row: {
      order,
      through: order.sequence,
      tombstone,
      payload: tombstone ? NOTHING : codec.encode(columns, i),
    },
  }));
  for (let i = 0; i < writes.length; i += 4) {
    const sequence = BigInt(rows.length - 1);
    await store.write(writes.slice(i, i + 4), { source: `s${set.id}`, sequence, epoch: 0n });
  }
}

const LIMITS: Record<string, bigint> = { '2s': 2n * SECOND, '4s': 4n * SECOND };

/** What an answer must say of one entity in one set, by S10, S13, S14 and S15 read naively. */
function expected(rows: readonly Row[], key: readonly (Value | undefined)[], ages: Ages, asOfUs: bigint) {
  const own = rows.filter((row) => key.every((part, i) => part !== null && row.key[i] === part));
  const newest = newestOf(own);
  const ageUs = newest === null ? 0n : asOfUs - newest.eventTime;
  const gone =
    newest === null || newest.tombstone || (ages.retention !== undefined && ageUs > LIMITS[ages.retention]!);
  const expired = ages.maxAge !== undefined && ageUs > LIMITS[ages.maxAge]!;
  const withheld = gone || expired;
  return {
    values: [0, 1, 2].map((i) => (withheld ? null : newest.values[i]!) ?? (i === 1 ? DEFAULT_Y : null)),
    statuses: [0, 1, 2].map((i) =>
      gone ? 'NOT_FOUND' : expired ? 'EXPIRED' : newest.values[i] === null ? 'NULL' : 'PRESENT',
    ),
    eventTime: gone ? null : formatTimestamp(newest.eventTime),
    sequence: own.length === 0 ? null : own.reduce((last, row) => max(last, row.sequence), -1n),
  };
}

function newestOf(rows: readonly Row[]): Row | null {
  const rank = (row: Row) => [row.eventTime, row.orderTime, row.orderColumn ?? -(2n ** 63n), row.sequence];
  const isLess = (a: Row, b: Row): boolean => {
    const [ranksA, ranksB] = [rank(a), rank(b)];
    const at = ranksA.findIndex((value, i) => value !== ranksB[i]);
    return at >= 0 && ranksA[at]! < ranksB[at]!;
  };
  return rows.reduce<Row | null>((best, row) => (best === null || isLess(best, row) ? row : best), null);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

const KEYS = ['p', 'q', ''] as const;
const times = fc.constantFrom(0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n).map((second) => second * SECOND);
const anyRow = fc.record({
  key: fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom(1n, 2n ** 62n)),
  eventTime: fc.tuple(times, fc.constantFrom(-1n, 0n, 1n)).map(([us, by]) => us + by),
  orderTime: fc.constantFrom(0n, 1n),
  orderColumn: fc.constantFrom(null, 0n, 1n),
  tombstone: fc.constantFrom(false, false, true),
  values: fc.tuple(
    fc.constantFrom(null, -0, 0.1, 1e300),
    fc.constantFrom(null, 0n, 2n ** 63n - 1n),
    fc.constantFrom(null, '', 'a"\u0000\u{1F6EB}'),
  ),
});
const anyEntity = fc.record({
  k: fc.constantFrom(null, ...KEYS, 'unknown', 'x'.repeat(2000)),
  other: fc.constantFrom(null, ...KEYS, 'unknown'),
  n: fc.constantFrom(null, 1, '4611686018427387904', -1),
});
const anyAges: fc.Arbitrary<Ages> = fc.constantFrom(
  {},
  { maxAge: '2s' },
  { retention: '4s' },
  { maxAge: '2s', retention: '4s' },
);

describe('a lookup', () => {
  it('answers as a naive reading of the rules does, whatever the rows and their order (S7, S10, S13-S15, S18)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { maxLength: 14 }),
        fc.array(anyEntity, { minLength: 1, maxLength: 5 }),
        anyAges,
        times,
        async (unnumbered, entities, ages, nowUs) => {
          const rows = unnumbered.map((row, i): Row => ({ ...row, sequence: BigInt(i) }));
          const [one, two] = [setOf(ONE, ages), setOf(TWO, ages)];
          for (const set of [one, two]) {
            await store.activate(set.id);
            await apply(set, rows);
          }
          const service = serviceOf(one, two);
          const lookup = new Lookup(store, new ManualClock(nowUs));
          const answer = await lookup.lookup(service, parseEntities(service, entities));
          const text = await lookupWriter(service)(answer, { include: LOOKUP_PARTS, warnings: [] });
          const naive = naiveAnswer({ rows, entities, ages, nowUs });
          expect(text.toString()).toBe(stringifyJson(naive));
          const columns = [...lookupColumns(service, answer)];
          expect(columns.map(([name]) => name)).toEqual(naive.features);
          for (const [i, [, column]] of columns.entries()) {
            const values = naive.results.map((result) => result.values[i]);
            expect(entities.map((_, row) => valueAt(column, row))).toEqual(values);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('finds nothing in a version that is not active, and everything once it is (S18)', async () => {
    const [one, two] = [setOf(ONE, {}), setOf(TWO, {})];
    await store.activate(two.id);
    const service = serviceOf(one, two);
    const lookup = new Lookup(store, new ManualClock(0n));
    const keys = parseEntities(service, [{ k: 'p', other: null, n: 1 }]);
    const ask = async () => (await lookup.lookup(service, keys)).entries.flatMap(({ states }) => states);
    const row: Row = {
      key: ['p', 1n],
      eventTime: 0n,
      orderTime: 0n,
      orderColumn: null,
      sequence: 0n,
      tombstone: false,
      values: [1, 2n, 'c'],
    };
    await apply(two, [row]);
    expect(await ask()).toEqual(['NOT_FOUND', 'NOT_FOUND', 'ALIVE']);
    await store.activate(one.id);
    await apply(one, [row]);
    expect(await ask()).toEqual(['ALIVE', 'NOT_FOUND', 'ALIVE']);
    await store.drop(one.id);
    expect(await ask()).toEqual(['NOT_FOUND', 'NOT_FOUND', 'ALIVE']);
  });
});

type Question = {
  readonly rows: readonly Row[];
  readonly entities: readonly { k: string | null; other: string | null; n: number | string | null }[];
  readonly ages: Ages;
  readonly nowUs: bigint;
};

function naiveAnswer({ rows, entities, ages, nowUs }: Question) {
  const keysOf = ({ k, other, n }: Question['entities'][number]) => [
    [k],
    [other],
    [k, n === null ? null : BigInt(n)],
  ];
  const read = entities
    .flatMap(keysOf)
    .map((key) => newestOf(rows.filter((row) => key.every((part, i) => row.key[i] === part))));
  const asOfUs = read.reduce((latest, row) => max(latest, row?.eventTime ?? latest), nowUs);
  const answers = entities.map((entity) => keysOf(entity).map((key) => expected(rows, key, ages, asOfUs)));
  const features = [
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 2],
    [1, 1],
    [2, 1],
  ] as const;
  return {
    asOf: formatTimestamp(asOfUs),
    features: ['a__x', 'a__y', 'a__z', 'b__z', 'b__y', 'c__y'],
    results: answers.map((entry) => ({
      values: features.map(([i, j]) => entry[i]!.values[j]),
      statuses: features.map(([i, j]) => entry[i]!.statuses[j]),
      eventTimes: features.map(([i]) => entry[i]!.eventTime),
    })),
    sequences: answers.map((entry) => ({
      a: entry[0]!.sequence,
      b: entry[1]!.sequence,
      c: entry[2]!.sequence,
    })),
  };
}
