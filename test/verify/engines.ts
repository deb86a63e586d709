import type { Check } from './check.js';
import { conformance } from './engines/conformance.js';
import { engineLaw } from './engines/engine-law.js';
import { faultChecks } from './engines/fault-checks.js';

/** PostgreSQL, Redis and Kafka: the same answers, exactly once. Its "Must hold" lines, with so many rounds of each fault. */
export function engines(rounds: number): readonly Check[] {
  return [conformance, engineLaw, ...faultChecks(rounds)];
}
