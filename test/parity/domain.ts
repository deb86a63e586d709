import { ARRAY_DOMAINS } from './domain-array.js';
import { CAST_DOMAINS } from './domain-cast.js';
import type { Domains } from './domain-kind.js';
import { MATH_DOMAINS } from './domain-math.js';
import { PATTERN_DOMAINS } from './domain-pattern.js';
import { TEXT_DOMAINS } from './domain-text.js';
import { TIME_DOMAINS } from './domain-time.js';

/** What each operation is tried with. */
export const DOMAINS: Domains = {
  ...MATH_DOMAINS,
  ...TEXT_DOMAINS,
  ...PATTERN_DOMAINS,
  ...CAST_DOMAINS,
  ...TIME_DOMAINS,
  ...ARRAY_DOMAINS,
};
