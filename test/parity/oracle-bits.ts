import type { StrictOperation } from './oracle-kind.js';

/** Bits of INT64, as plainly as GoogleSQL's reference describes them. */
export const BITS: Readonly<Record<string, StrictOperation>> = {};
