import type { Scalar } from './row-text.js';

/** What the rules need to know of a row beside its values. */
export type OrderedRow = {
  readonly event: bigint;
  readonly created: bigint;
  readonly order: bigint;
};

export type Question = {
  /** By name of the key column. */
  readonly keys: Readonly<Record<string, Scalar>>;
  readonly asOf: bigint;
  readonly knowledge: 'event' | 'known';
};

/**
 * The row that counts for a question (S10, S14, S17), found by looking at each; null where none does. Rows that tie in all
 * three members must not occur: their winner depends on the order of arrival.
 */
export function newestRow<Row extends OrderedRow & { readonly values: Readonly<Record<string, Scalar>> }>(
  rows: readonly Row[],
  { keys, asOf, knowledge }: Question,
): Row | null {
  const names = Object.keys(keys);
  let best: Row | null = null;
  for (const row of rows) {
    if (names.some((name) => keys[name] === null || row.values[name] !== keys[name])) continue;
    if (row.event > asOf || (knowledge === 'known' && row.created > asOf)) continue;
    if (best === null || isNewer(row, best)) best = row;
  }
  return best;
}

export function isNewer(row: OrderedRow, other: OrderedRow): boolean {
  if (row.event !== other.event) return row.event > other.event;
  if (row.created !== other.created) return row.created > other.created;
  return row.order > other.order;
}
