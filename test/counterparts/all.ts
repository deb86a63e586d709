import { BQEMULATOR } from './bqemulator.js';
import type { Counterpart } from './counterpart.js';
import { ANALYSER } from './googlesql-analyser.js';
import { EVALUATOR } from './googlesql-evaluator.js';

/** Every program that BigQuery SQL is tested against, in the order in which they are made. */
export const COUNTERPARTS: readonly Counterpart[] = [EVALUATOR, ANALYSER, BQEMULATOR];
