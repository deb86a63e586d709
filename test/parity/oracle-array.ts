import type { StrictOperation } from './oracle-kind.js';

/** Arrays, as plainly as GoogleSQL's reference describes them. */
export const ARRAYS: Readonly<Record<string, StrictOperation>> = {};
