import type { StrictOperation } from './oracle-kind.js';

/** LIKE and regular expressions, as plainly as GoogleSQL's reference describes them. */
export const PATTERN: Readonly<Record<string, StrictOperation>> = {};
