import { PlumblineError } from '../definition/error.js';
import { SplitRows } from './split-rows.js';

/**
 * The first instants of the blocks after the first one, microseconds, rising: quantiles of T, so that each of `count` blocks
 * has about as many rows. Rows of one T are never parted, so there may be fewer. Throws TRAINING_FAILED when that leaves one.
 */
export function blockEdges(times: BigInt64Array, count: number): readonly bigint[] {
  const sorted = times.toSorted();
  const edges: bigint[] = [];
  for (let block = 1; block < count; block++) {
    const edge = sorted[Math.floor((block * sorted.length) / count)]!;
    if (edge > (edges.at(-1) ?? sorted[0]!)) edges.push(edge);
  }
  if (edges.length > 0) return edges;
  throw new PlumblineError(
    'TRAINING_FAILED',
    `the rows before evaluation cannot be cut into ${count} blocks of time: all of them are of one; leave out "trainer.folds", or check the times of the frame`,
    { path: '/trainer/folds' },
  );
}

/** What may train the model of a block, and what validates it. */
export type FoldRows = { readonly training: SplitRows; readonly validation: SplitRows | null };

/**
 * The rows of `splits` whose labels are known when a block begins: T before it, and T + `labelKnownAfterUs` not behind it. The
 * latest of them validate, as large a share as of all rows; without `validation` none do.
 */
export function rowsBeforeBlock(
  { training, validation }: FoldRows,
  edgeUs: bigint,
  labelKnownAfterUs: bigint,
): FoldRows {
  const all = validation === null ? [training] : [training, validation];
  const known = (us: bigint): boolean => us < edgeUs && us + labelKnownAfterUs <= edgeUs;
  if (validation === null) return { training: chosen('training', all, known), validation: null };
  const times = timesOf(all).filter(known).sort();
  const share = training.rows / (training.rows + validation.rows);
  const cutUs = times[Math.floor(times.length * share)] ?? edgeUs;
  return {
    training: chosen('training', all, (us) => known(us) && us < cutUs),
    validation: chosen('validation', all, (us) => known(us) && us >= cutUs),
  };
}

/** T of every row, in no order. */
export function timesOf(splits: readonly SplitRows[]): BigInt64Array {
  const times = new BigInt64Array(splits.reduce((rows, split) => rows + split.rows, 0));
  let at = 0;
  for (const { asOf } of splits.flatMap(({ chunks }) => chunks)) {
    times.set(asOf, at);
    at += asOf.length;
  }
  return times;
}

function chosen(
  name: SplitRows['name'],
  splits: readonly SplitRows[],
  takes: (us: bigint) => boolean,
): SplitRows {
  const split = new SplitRows(name);
  for (const { batch, asOf, labels } of splits.flatMap(({ chunks }) => chunks)) {
    const rows = [...asOf.keys()].filter((row) => takes(asOf[row]!));
    split.add({ batch, asOf, labels }, rows);
  }
  return split;
}
