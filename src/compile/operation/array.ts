import type { Operation } from './operation.js';

/** Arrays. */
export const ARRAYS = {} as const satisfies Readonly<Record<string, Operation>>;
