import fc from 'fast-check';
import { DATE_PARTS, TIME_PARTS, UNIT_US } from '../../src/compile/runtime/time-part.js';
import type { Domains } from './domain-kind.js';
import { ZONES } from './values.js';

const zone = fc.constantFrom(...ZONES, 'UTC', 'UTC');
const unit = fc.record({ part: fc.constantFrom(...Object.keys(UNIT_US)) });

/** Parts, units and zones. */
export const TIME_DOMAINS: Domains = {
  extract_timestamp: {
    parameters: fc.record({
      part: fc.constantFrom(...Object.keys(DATE_PARTS), ...Object.keys(TIME_PARTS)),
      zone,
    }),
  },
  extract_date: { parameters: fc.record({ part: fc.constantFrom(...Object.keys(DATE_PARTS)) }) },
  date_of_timestamp: { parameters: fc.record({ zone }) },
  timestamp_diff: { parameters: unit },
  timestamp_add: { parameters: unit },
  timestamp_sub: { parameters: unit },
};
