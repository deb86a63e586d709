import type { Domains } from './domain-kind.js';

/** Texts and bytes that the operations have a value for. */
export const TEXT_DOMAINS: Domains = {};
