import type { Column } from '../../definition/column-batch.js';

/** Whether a row has no value in a column. */
export function isNull(column: Column, row: number): boolean {
  return column.valid !== null && column.valid[row] === 0;
}
