import type { Operation } from './operation.js';

/** Hashes and encodings of bytes. */
export const DIGEST = {} as const satisfies Readonly<Record<string, Operation>>;
