import type { Operation } from './operation.js';

/** Powers, logarithms, trigonometry. */
export const MATH = {} as const satisfies Readonly<Record<string, Operation>>;
