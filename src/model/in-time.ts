import type { ModelInput } from '../compile/model.js';
import { type ColumnBatch, ColumnBuilder, takeRows, valueAt } from '../definition/column-batch.js';
import type { TimeOfRows } from './cascade.js';

/** Where blocks of time begin, in order, and from where on the final model scores; microseconds of AS_OF() by `boundary`. */
type Blocks = {
  readonly blocks: readonly { readonly fromUs: bigint }[];
  readonly finalFromUs: bigint;
  readonly boundary: TimeOfRows['boundary'];
};

/**
 * The model of each row by its T: the block's place, as many as there are blocks for the final model, −1 for none. Where the
 * blocks were cut by T − 1 µs and the row comes as of T, it counts by T − 1 µs too: a row of that T may have trained what
 * follows.
 */
export function choosePlaces({ blocks, finalFromUs, boundary }: Blocks, time: TimeOfRows): Int32Array {
  const earlierUs = boundary === 'exclusive' && time.boundary === 'inclusive' ? 1n : 0n;
  return Int32Array.from(time.asOf, (asOf) => {
    const us = asOf - earlierUs;
    if (us >= finalFromUs) return blocks.length;
    return blocks.findLastIndex(({ fromUs }) => fromUs <= us);
  });
}

type PlacedRows = {
  readonly rows: ColumnBatch;
  readonly asOf: BigInt64Array;
  readonly places: Int32Array;
  /** The columns that the models give. */
  readonly outputs: readonly ModelInput[];
};

/** Scores the rows of each place by themselves and puts them back in their order; rows of no place are NULL. */
export async function inPlaces(
  { rows, asOf, places, outputs }: PlacedRows,
  score: (place: number, rows: ColumnBatch, asOf: BigInt64Array) => Promise<ColumnBatch>,
): Promise<ColumnBatch> {
  const { rowCount } = rows;
  const [first] = places;
  if (first !== undefined && first >= 0 && places.every((place) => place === first)) {
    return score(first, rows, asOf);
  }
  const builders = outputs.map(({ name, type }) => ({ name, builder: new ColumnBuilder(type, rowCount) }));
  const byPlace = Map.groupBy(places.keys(), (row) => places[row]!);
  for (const [place, chosen] of byPlace) {
    const times = BigInt64Array.from(chosen, (row) => asOf[row]!);
    const part = place < 0 ? null : (await score(place, takeRows(rows, chosen), times)).columns;
    for (const { name, builder } of builders) {
      chosen.forEach((row, i) => {
        builder.set(row, part === null ? null : valueAt(part.get(name)!, i));
      });
    }
  }
  return { rowCount, columns: new Map(builders.map(({ name, builder }) => [name, builder.finish()])) };
}
