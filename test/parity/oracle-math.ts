import type { StrictOperation } from './oracle-kind.js';

/** Powers, logarithms, trigonometry, as plainly as GoogleSQL's reference describes them. */
export const MATH: Readonly<Record<string, StrictOperation>> = {};
