import { BQEMULATOR } from './bqemulator.js';
import type { Counterpart } from './counterpart.js';
import { FEAST } from './feast.js';
import { ANALYSER } from './googlesql-analyser.js';
import { EVALUATOR } from './googlesql-evaluator.js';
import { KAFKA } from './kafka.js';
import { POSTGRES } from './postgres.js';
import { REDIS } from './redis.js';
import { SCIKIT_LEARN } from './scikit-learn.js';

/** Every program that we are tested or measured against, in the order in which they are made. */
export const COUNTERPARTS: readonly Counterpart[] = [
  POSTGRES,
  REDIS,
  KAFKA,
  EVALUATOR,
  ANALYSER,
  BQEMULATOR,
  SCIKIT_LEARN,
  FEAST,
];
