import type { Domains } from './domain-kind.js';

/** Arrays and distances that the operations have a value for. */
export const ARRAY_DOMAINS: Domains = {};
