import { type RowSeries, rowRangeOf } from '../../compile/window/series.js';
import { PlumblineError } from '../../definition/error.js';
import type { LeafList } from './leaf-list.js';
import { type LeafItem, type PlacedLeaf, placeLeaves } from './leaf-tree.js';
import { decodeRows, encodeRows, eventTimeOf } from './row-block.js';

/** New rows of one entity, and what is known of those that are stored. */
export type RowChange = {
  readonly list: LeafList;
  /** The first leaf that stays; those before it are too old. */
  readonly first: number;
  /** So many rows, the oldest, are dropped; none where it is not above 0. */
  readonly over: number;
  /** Bytes of the leaves that were read, by their places in the list. */
  readonly read: ReadonlyMap<number, Uint8Array | null>;
  /** The oldest first. */
  readonly fresh: readonly LeafItem[];
};

export type ChangedLeaves = {
  readonly list: LeafList;
  readonly written: readonly { readonly number: bigint; readonly bytes: Uint8Array }[];
  /** Numbers of leaves that are there no more. */
  readonly gone: readonly bigint[];
};

/** The leaves of an exact window behind a change. */
export function changedLeaves(series: RowSeries, change: RowChange): ChangedLeaves {
  const { list, first, read } = change;
  const items = merged(storedItems(change), change.fresh).slice(Math.max(0, change.over));
  const placed = [...byRange(series, items)].flatMap(([range, inside]) => placeLeaves(range, inside));
  const ends = BigInt64Array.from(placed, ({ endUs }) => endUs);
  const counts = Uint32Array.from(placed, ({ items: rows }) =>
    rows.reduce((sum, each) => sum + each.rows, 0),
  );
  const written = placed.flatMap((leaf) => {
    if (isStored(leaf, list)) return [];
    return [{ number: leaf.endUs, bytes: encodeRows(leaf.items.map(({ bytes }) => bytes!)) }];
  });
  const still = new Set(ends);
  const before = [...list.ends.subarray(0, first), ...[...read.keys()].map((leaf) => list.ends[leaf]!)];
  return { list: { ends, counts }, written, gone: before.filter((end) => !still.has(end)) };
}

/** The rows of leaves that were read, the others as they are; the oldest first. */
function storedItems({ list, first, read }: RowChange): readonly LeafItem[] {
  const items: LeafItem[] = [];
  for (let leaf = first; leaf < list.ends.length; leaf++) {
    const bytes = read.get(leaf);
    if (bytes === undefined) {
      items.push({ atUs: list.ends[leaf]!, leaf, rows: list.counts[leaf]!, bytes: null });
      continue;
    }
    const rows = [...decodeRows(bytes ?? NO_BYTES)];
    if (rows.length !== list.counts[leaf])
      throw new PlumblineError(
        'INTERNAL',
        'rows of an exact window are not those that are listed; rebuild online state',
      );
    for (const row of rows.reverse()) items.push({ atUs: eventTimeOf(row), leaf, rows: 1, bytes: row });
  }
  return items;
}

const NO_BYTES = new Uint8Array(0);

function merged(stored: readonly LeafItem[], fresh: readonly LeafItem[]): readonly LeafItem[] {
  const items: LeafItem[] = [];
  let next = 0;
  for (const item of stored) {
    while (next < fresh.length && isBefore(fresh[next]!, item)) items.push(fresh[next++]!);
    items.push(item);
  }
  for (; next < fresh.length; next++) items.push(fresh[next]!);
  return items;
}

/** No row is of an instant of a leaf that was not read. */
function isBefore(row: LeafItem, item: LeafItem): boolean {
  if (row.atUs !== item.atUs || item.bytes === null) return row.atUs < item.atUs;
  return Buffer.compare(row.bytes!, item.bytes) < 0;
}

/** Items that ascend, by the range that is halved for them. */
function* byRange(
  series: RowSeries,
  items: readonly LeafItem[],
): Iterable<readonly [ReturnType<typeof rowRangeOf>, readonly LeafItem[]]> {
  for (let from = 0; from < items.length; ) {
    const range = rowRangeOf(series, items[from]!.atUs);
    let to = from + 1;
    while (to < items.length && items[to]!.atUs <= range.throughUs) to++;
    yield [range, items.slice(from, to)];
    from = to;
  }
}

/** Whether a leaf is a stored one, row by row. */
function isStored({ endUs, items }: PlacedLeaf, { ends, counts }: LeafList): boolean {
  const { leaf, bytes } = items[0]!;
  if (leaf < 0 || ends[leaf] !== endUs) return false;
  return bytes === null || (items.length === counts[leaf] && items.every((item) => item.leaf === leaf));
}
