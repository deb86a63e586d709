import type { StrictOperation } from './oracle-kind.js';

/** Hashes and encodings of bytes, as plainly as GoogleSQL's reference describes them. */
export const DIGEST: Readonly<Record<string, StrictOperation>> = {};
