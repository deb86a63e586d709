import type { Operation } from './operation.js';

/** LIKE and regular expressions. */
export const PATTERN = {} as const satisfies Readonly<Record<string, Operation>>;
