import type { SourceDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import type { RowOrder } from '../definition/order.js';
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

/** Where each of some rows stands among the rows of its key (S10). */
export function ordersOf(source: SourceDocument, logged: LoggedRows): (row: number) => RowOrder {
  const { rows, firstSequence } = logged;
  const { orderTimes } = stampsOf(source, logged);
  const eventTimes = rows.columns.get(source.eventTime)!.values as BigInt64Array;
  const orders = source.orderColumn === undefined ? null : rows.columns.get(source.orderColumn)!;
  return (row) => ({
    eventTime: eventTimes[row]!,
    orderTime: orderTimes[row]!,
    orderColumn: orders === null || orders.valid?.[row] === 0 ? null : (orders.values as BigInt64Array)[row]!,
    sequence: firstSequence + BigInt(row),
  });
}

function isOfFile(door: Door): boolean {
  return door.kind === 'file' || (door.kind === 'held' && door.from === 'file');
}
