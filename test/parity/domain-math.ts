import type { Domains } from './domain-kind.js';

/** Numbers that the operations have a value for. */
export const MATH_DOMAINS: Domains = {};
