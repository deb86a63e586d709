import type { StrictOperation } from './oracle-kind.js';

/** Distances of embeddings and of places, as plainly as GoogleSQL's reference describes them. */
export const DISTANCE: Readonly<Record<string, StrictOperation>> = {};
