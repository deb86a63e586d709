import type { OrderColumns } from '../compile/aggregate/aggregate.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import { compareOrderColumn, type RowOrder } from '../definition/order.js';
import { TIMESTAMP_MAX_US } from '../definition/value.js';
import type { Door, LoggedRows } from './log.js';

/** Created and order time of each row, microseconds (S10). */
export type RowStamps = {
  readonly createdTimes: BigInt64Array;
  readonly orderTimes: BigInt64Array;
  /** Files without a declared created time: it was assumed from the event time and `knownAfter`. */
  readonly createdAssumed: boolean;
};

/** The declared created time; without one the arrival, or for files event time + `knownAfter` (S10). */
export function stampsOf(source: SourceDocument, { rows, arrivalUs, door }: LoggedRows): RowStamps {
  if (source.createdTime !== undefined) {
    const declared = rows.columns.get(source.createdTime)!.values as BigInt64Array;
    return { createdTimes: declared, orderTimes: declared, createdAssumed: false };
  }
  const arrivals = new BigInt64Array(rows.rowCount).fill(arrivalUs);
  if (!isOfFile(door)) return { createdTimes: arrivals, orderTimes: arrivals, createdAssumed: false };
  const knownAfterUs = parseDuration(source.knownAfter ?? '0s', '/knownAfter');
  const events = rows.columns.get(source.eventTime)!.values as BigInt64Array;
  return {
    createdTimes: events.map((eventUs) => {
      const createdUs = eventUs + knownAfterUs;
      return createdUs < TIMESTAMP_MAX_US ? createdUs : TIMESTAMP_MAX_US;
    }),
    orderTimes: arrivals,
    createdAssumed: true,
  };
}

/** Where rows stand among the rows of their keys (S10); rows are named by their place in a batch. */
export type RowOrders = {
  readonly of: (row: number) => RowOrder;
  /** Whether row `a` is newer than row `b`, which came before it. */
  readonly isNewer: (a: number, b: number) => boolean;
};

/** The orders of rows, from their columns. */
export function ordersOf({ eventTimes, orderTimes, orderColumn, sequences }: OrderColumns): RowOrders {
  const orderAt = (row: number): bigint | null =>
    orderColumn === null || orderColumn.valid?.[row] === 0
      ? null
      : (orderColumn.values as BigInt64Array)[row]!;
  return {
    of: (row) => ({
      eventTime: eventTimes[row]!,
      orderTime: orderTimes[row]!,
      orderColumn: orderAt(row),
      sequence: sequences[row]!,
    }),
    isNewer: (a, b) => {
      if (eventTimes[a]! !== eventTimes[b]!) return eventTimes[a]! > eventTimes[b]!;
      if (orderTimes[a]! !== orderTimes[b]!) return orderTimes[a]! > orderTimes[b]!;
      return compareOrderColumn(orderAt(a), orderAt(b)) >= 0;
    },
  };
}

/** The orders of rows that were logged one after the other as columns, `rows` their batches as one. */
export function orderColumnsOf(
  source: SourceDocument,
  group: readonly LoggedRows[],
  rows: ColumnBatch,
): OrderColumns {
  const sequences = new BigInt64Array(rows.rowCount);
  const { firstSequence } = group[0]!;
  for (let row = 0; row < rows.rowCount; row++) sequences[row] = firstSequence + BigInt(row);
  return {
    eventTimes: rows.columns.get(source.eventTime)!.values as BigInt64Array,
    orderTimes: orderTimesOf(source, group, rows.rowCount),
    orderColumn: source.orderColumn === undefined ? null : rows.columns.get(source.orderColumn)!,
    sequences,
  };
}

function orderTimesOf(source: SourceDocument, group: readonly LoggedRows[], rowCount: number): BigInt64Array {
  if (group.length === 1) return stampsOf(source, group[0]!).orderTimes;
  const all = new BigInt64Array(rowCount);
  let at = 0;
  for (const logged of group) {
    all.set(stampsOf(source, logged).orderTimes, at);
    at += logged.rows.rowCount;
  }
  return all;
}

function isOfFile(door: Door): boolean {
  return door.kind === 'file' || (door.kind === 'held' && door.from === 'file');
}
