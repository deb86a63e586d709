import type { OrderColumns } from '../compile/aggregate/aggregate.js';
import { type ColumnBatch, concatBatches, sliceColumn, sliceRows } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { withEveryColumn } from './every-column.js';
import type { LoggedRows } from './log.js';
import { orderColumnsOf } from './row-stamps.js';

/** Rows that were logged one after the other, as one batch with every column of their source. */
export type GroupRows = { readonly rows: ColumnBatch; readonly orders: OrderColumns };

export function groupRows(source: SourceDocument, group: readonly LoggedRows[]): GroupRows {
  const rows = concatBatches(group.map((logged) => withEveryColumn(logged.rows, source)));
  return { rows, orders: orderColumnsOf(source, group, rows) };
}

/** Rows `start` to `end` (not included); they share the memory of the group. */
export function sliceGroup({ rows, orders }: GroupRows, start: number, end: number): GroupRows {
  const { eventTimes, orderTimes, orderColumn, sequences } = orders;
  const part = sliceRows(rows, start, end);
  return {
    rows: part,
    orders: {
      eventTimes: eventTimes.subarray(start, end),
      orderTimes: orderTimes.subarray(start, end),
      orderColumn: orderColumn === null ? null : sliceColumn(orderColumn, start, end),
      sequences: sequences.subarray(start, end),
    },
  };
}
