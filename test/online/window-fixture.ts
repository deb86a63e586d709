import { aggregateOf } from '../../src/compile/aggregate/aggregate-of.js';
import { compileColumnarKernel } from '../../src/compile/kernel.js';
import type { WindowedFeature, WindowedFeatureSet } from '../../src/compile/windowed-feature-set.js';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { EntityDocument, SourceDocument } from '../../src/definition/document.js';
import type { Window } from '../../src/definition/window.js';
import type { GroupRows } from '../../src/ingest/group-rows.js';

/** A row of the source below, with its place in the log. */
export type SourceRow = {
  readonly key: string | null;
  readonly eventUs: bigint;
  readonly orderUs: bigint;
  readonly orderColumn: bigint | null;
  readonly sequence: bigint;
  /** Tells rows apart; null is an argument that is skipped. */
  readonly x: bigint | null;
  readonly filter: boolean | null;
  readonly tombstone: boolean;
};

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 's',
  eventTime: 'at',
  createdTime: 'created',
  orderColumn: 'rank',
  tombstone: 'gone',
  columns: [
    { name: 'k', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'created', type: 'TIMESTAMP' },
    { name: 'rank', type: 'INT64' },
    { name: 'x', type: 'INT64' },
    { name: 'f', type: 'BOOL' },
    { name: 'gone', type: 'BOOL' },
  ],
};

const ENTITY: EntityDocument = { kind: 'Entity', name: 'one', keys: [{ name: 'k', type: 'STRING' }] };

/** A feature of the list of rows in a window: every one of them, or those whose filter is TRUE. */
export type ListedWindow = {
  readonly window: Window;
  readonly max: number | null;
  readonly filtered: boolean;
};

/** A set whose features list the arguments in their windows, so that every row that is there, twice or not shows. */
export function listingSet(id: number, windows: readonly ListedWindow[]): WindowedFeatureSet {
  const call = { name: 'LAST_N', argumentType: 'INT64', parameters: {}, scale: null } as const;
  const features = windows.map(({ window, max, filtered }, i): WindowedFeature => {
    const same = { name: `w${i}`, writtenName: `w${i}`, defaultValue: null, part: 'value', call } as const;
    const state = Number(filtered);
    const type = 'ARRAY<INT64>';
    const { finish, finishInto } = LISTING;
    return { ...same, type, window, completeAfterUs: null, max, state, finish, finishInto };
  });
  const inputs = [
    { name: 'x', expression: { kind: 'column', name: 'x', type: 'INT64' } },
    { name: 'f', expression: { kind: 'column', name: 'f', type: 'BOOL' } },
  ] as const;
  const state = { aggregate: LISTING, argument: 'x', category: null, maxCategories: null };
  return {
    kind: 'windowed',
    name: `set${id}`,
    version: 1,
    id,
    source: SOURCE,
    entity: ENTITY,
    keyColumns: ['k'],
    keyTypes: ['STRING'],
    inputs,
    kernel: compileColumnarKernel(inputs),
    states: [
      { ...state, filter: null },
      { ...state, filter: 'f' },
    ],
    features,
  };
}

/** The arguments, sorted. */
const LISTING = aggregateOf<bigint[]>({
  type: 'ARRAY<INT64>',
  family: 'LISTING',
  create: () => [],
  add: (state, { argument }, row) => {
    const value = valueAt(argument!, row);
    if (value !== null) state.push(value as bigint);
  },
  merge: (state, other) => {
    state.push(...other);
  },
  finish: (state) => state.toSorted(ascending),
  write: (state, to) => {
    to.count(state.length);
    for (const value of state.toSorted(ascending)) to.int64(value);
  },
  read: (from) => Array.from({ length: from.count() }, () => from.int64()),
  maxBytes: 1_024,
});

export function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

/** Rows as ingest hands them on, in the order given. */
export function groupOf(rows: readonly SourceRow[]): GroupRows {
  const rank = columnOf(
    'INT64',
    rows.map((row) => row.orderColumn),
  );
  const columns = {
    k: columnOf(
      'STRING',
      rows.map((row) => row.key),
    ),
    at: columnOf(
      'TIMESTAMP',
      rows.map((row) => row.eventUs),
    ),
    created: columnOf(
      'TIMESTAMP',
      rows.map((row) => row.orderUs),
    ),
    rank,
    x: columnOf(
      'INT64',
      rows.map((row) => row.x),
    ),
    f: columnOf(
      'BOOL',
      rows.map((row) => row.filter),
    ),
    gone: columnOf(
      'BOOL',
      rows.map((row) => row.tombstone),
    ),
  };
  return {
    rows: { rowCount: rows.length, columns: new Map(Object.entries(columns)) },
    orders: {
      eventTimes: columns.at.values as BigInt64Array,
      orderTimes: columns.created.values as BigInt64Array,
      orderColumn: rank,
      sequences: BigInt64Array.from(rows, (row) => row.sequence),
    },
  };
}
