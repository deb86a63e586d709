import fc from 'fast-check';
import { type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import type { SourceDocument } from '../../src/definition/document.js';
import type { Value } from '../../src/definition/value.js';
import type { Boundary, HistoryRows } from '../../src/offline/store.js';
import type { OracleQuestion, OracleRow, OracleRules } from './oracle.js';

/** Later than every T asked for. */
export const NOW_US = 1_000_000n;

/** Instants are whole units, so that the clock bound of 50 ms lies between one and two of them. */
const UNIT_US = 30_000n;

const ROWS_A_BATCH = 3;

export function sourceNamed(name: string): SourceDocument {
  return {
    kind: 'Source',
    name,
    eventTime: 'event_ts',
    createdTime: 'created_ts',
    orderColumn: 'seq',
    tombstone: 'gone',
    columns: [
      { name: 'a', type: 'STRING' },
      { name: 'B', type: 'INT64' },
      { name: 'event_ts', type: 'TIMESTAMP' },
      { name: 'created_ts', type: 'TIMESTAMP' },
      { name: 'seq', type: 'INT64' },
      { name: 'gone', type: 'BOOL' },
      { name: 'v', type: 'FLOAT64' },
      { name: 'V', type: 'INT64' },
    ],
  };
}

/** A row of key (x, 1) that was known, taken and written online at its event. */
export function row(more: Partial<OracleRow>): OracleRow {
  const event = more.event ?? 0n;
  return {
    a: 'x',
    b: 1n,
    event,
    created: event,
    arrival: event,
    visible: event,
    seq: 0n,
    gone: null,
    v: null,
    V: null,
    ...more,
  };
}

/** Rows as the log gives them, three a batch, stamped as the first of the batch is. */
export function batchesOf(rows: readonly OracleRow[]): readonly HistoryRows[] {
  const starts = Array.from({ length: Math.ceil(rows.length / ROWS_A_BATCH) }, (_, i) => i * ROWS_A_BATCH);
  return starts.map((start) => {
    const part = rows.slice(start, start + ROWS_A_BATCH);
    const created = BigInt64Array.from(part, (each) => each.created);
    return {
      rows: { rowCount: part.length, columns: columnsOf(part) },
      firstSequence: BigInt(start),
      createdTimes: created,
      orderTimes: created,
      createdAssumed: false,
      arrivalUs: part[0]!.arrival,
      visibleUs: part[0]!.visible,
      epoch: 1n,
    };
  });
}

function columnsOf(rows: readonly OracleRow[]): ColumnBatch['columns'] {
  const values: Readonly<Record<string, (each: OracleRow) => Value>> = {
    a: ({ a }) => a,
    B: ({ b }) => b,
    event_ts: ({ event }) => event,
    created_ts: ({ created }) => created,
    seq: ({ seq }) => seq,
    gone: ({ gone }) => gone,
    v: ({ v }) => v,
    V: ({ V }) => V,
  };
  return new Map(
    sourceNamed('').columns.map(({ name, type }) => [name, columnOf(type, rows.map(values[name]!))]),
  );
}

/** An instant between those of histories and questions. */
export const instant = fc.bigInt(-1n, 4n).map((units) => units * UNIT_US);

const historyRow: fc.Arbitrary<OracleRow> = fc
  .record({
    a: fc.constantFrom('x', 'X'),
    b: fc.constantFrom(1n, 2n, null),
    event: instant,
    created: instant,
    arrival: instant,
    took: fc.bigInt(0n, 2n),
    seq: fc.constantFrom(0n, 1n, -1n, null),
    gone: fc.constantFrom(null, false, true),
    v: fc.constantFrom(1.5, -0, 7, null),
    V: fc.constantFrom(3n, null),
  })
  .map(({ took, ...each }) => ({ ...each, visible: each.arrival + took * UNIT_US }));

const question: fc.Arbitrary<OracleQuestion> = fc.record({
  a: fc.constantFrom('x', 'X', '', null),
  b: fc.constantFrom(1n, 2n, 3n, null),
  t: instant,
  sequence: fc.option(fc.bigInt(-1n, 30n)),
});

export type HistoryCase = {
  readonly rows: readonly OracleRow[];
  /** Batches after which history is compacted. */
  readonly compactAfter: readonly number[];
  readonly frame: readonly OracleQuestion[];
  readonly knowledge: OracleRules['knowledge'];
  readonly boundary: Boundary;
  readonly maxAgeUs: bigint | null;
  /** How many rows the snapshot lies back; null is as of now. */
  readonly back: bigint | null;
  readonly activeUs: bigint | null;
};

/** Histories in any order, with ties, late rows, deletions and compactions in between, and what is asked of them. */
export const cases: fc.Arbitrary<HistoryCase> = fc.record({
  rows: fc.array(historyRow, { maxLength: 30, size: 'max' }).map(stampedByBatch),
  compactAfter: fc.uniqueArray(fc.nat(9), { maxLength: 2 }),
  frame: fc.array(question, { minLength: 1, maxLength: 12 }),
  knowledge: fc.constantFrom('known' as const, 'event' as const, 'served' as const, 'record' as const),
  boundary: fc.constantFrom('inclusive' as const, 'exclusive' as const),
  maxAgeUs: fc.constantFrom(null, 0n, 2n * UNIT_US),
  back: fc.option(fc.bigInt(0n, 20n)),
  activeUs: fc.option(instant, { freq: 5 }),
});

function stampedByBatch(rows: readonly OracleRow[]): readonly OracleRow[] {
  return rows.map((each, i) => {
    const { arrival, visible } = rows[i - (i % ROWS_A_BATCH)]!;
    return { ...each, arrival, visible };
  });
}
