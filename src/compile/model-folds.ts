import type { TrainerDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import type { Problem } from '../definition/error.js';

/** Blocks of time before evaluation, each with a model of the rows before it. */
export type Folds = {
  /** Blocks, the first of which has no model. */
  readonly count: number;
  /** Microseconds after T at which the label of a row is known. */
  readonly labelKnownAfterUs: bigint;
};

const MAX_BLOCKS = 20;

/**
 * Reads the folds of a trainer; null where it asks for none, or for what cannot be, which is a problem. `completeAfterUs` is how
 * long after T windows that the label reads are complete, microseconds; 0 where it reads none.
 */
export function compileFolds(
  { folds }: TrainerDocument,
  completeAfterUs: bigint,
  problems: Problem[],
): Folds | null {
  if (folds === undefined) return null;
  const { count, labelKnownAfter } = folds;
  if (count < 2 || count > MAX_BLOCKS) {
    const message = `is ${count}; it must be a whole number from 2 to ${MAX_BLOCKS}`;
    problems.push({ path: '/trainer/folds/count', message });
    return null;
  }
  const path = '/trainer/folds/labelKnownAfter';
  const labelKnownAfterUs =
    labelKnownAfter === undefined ? completeAfterUs : parseDuration(labelKnownAfter, path);
  if (labelKnownAfterUs >= completeAfterUs) return { count, labelKnownAfterUs };
  const message = `is ${labelKnownAfter}, and the label reads windows that are complete ${completeAfterUs}us after T; leave it out, or make it as long`;
  problems.push({ path, message });
  return null;
}
