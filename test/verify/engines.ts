import type { Check } from './check.js';
import { conformance } from './engines/conformance.js';
import { engineLaw } from './engines/engine-law.js';
import { faultChecks } from './engines/fault-checks.js';
import { figuresEmpty } from './engines/figures-empty.js';
import { figuresFeast } from './engines/figures-feast.js';
import { figuresStartup } from './engines/figures-startup.js';
import { figuresStream } from './engines/figures-stream.js';

/** PostgreSQL, Redis and Kafka: the same answers, exactly once. Its "Must hold" lines, with so many rounds of each fault. */
export function engines(rounds: number): readonly Check[] {
  const figures = [figuresFeast, figuresEmpty, figuresStream, figuresStartup];
  return [conformance, engineLaw, ...faultChecks(rounds), ...figures];
}
