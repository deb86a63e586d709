import type { Check } from './check.js';
import { bigqueryMl } from './transforms/bigquery-ml.js';
import { fitting } from './transforms/fitting.js';
import { graph } from './transforms/graph.js';
import { oddInput } from './transforms/odd-input.js';
import { reproduce } from './transforms/reproduce.js';
import { sameBytes } from './transforms/same-bytes.js';
import { vectors } from './transforms/vectors.js';

/** Transforms: fitted once, identical for ever. Its "Must hold" lines. */
export const transforms: readonly Check[] = [
  vectors,
  sameBytes,
  fitting,
  reproduce,
  oddInput,
  bigqueryMl,
  graph,
];
