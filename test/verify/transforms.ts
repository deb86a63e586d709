import type { Check } from './check.js';

/** Transforms: fitted once, identical for ever. Its "Must hold" lines. */
export const transforms: readonly Check[] = [];
