import type { Operation } from './operation.js';

/** Distances of embeddings and of places. */
export const DISTANCE = {} as const satisfies Readonly<Record<string, Operation>>;
