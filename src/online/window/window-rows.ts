import type { OrderColumns } from '../../compile/aggregate/aggregate.js';
import type { Column } from '../../definition/column-batch.js';

/** Rows of a source as the windows of one set take them; all members are in the order of sequences. */
export type WindowRows = {
  readonly rowCount: number;
  readonly orders: OrderColumns;
  /** What the set's kernel computed of them, by name. */
  readonly inputs: ReadonlyMap<string, Column>;
  /** BOOL: deletion rows, which no aggregate counts (S13); null where the source has none. */
  readonly tombstones: Column | null;
};

/** Rows of one entity: their places in a batch, in the order of sequences. */
export type EntityRows = { readonly key: Uint8Array; readonly rows: readonly number[] };

/** Whether a BOOL column is TRUE in a row: NULL is not. */
export function isTrue(column: Column, row: number): boolean {
  return column.values[row] === 1 && column.valid?.[row] !== 0;
}
