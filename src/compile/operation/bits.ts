import type { Operation } from './operation.js';

/** Bits of INT64. */
export const BITS = {} as const satisfies Readonly<Record<string, Operation>>;
