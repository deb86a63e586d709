import type { Check } from './check.js';
import { bigqueryMl } from './transforms/bigquery-ml.js';
import { cascade } from './transforms/cascade.js';
import { eventLoop } from './transforms/event-loop.js';
import { fitting } from './transforms/fitting.js';
import { graph } from './transforms/graph.js';
import { oddInput } from './transforms/odd-input.js';
import { onnx } from './transforms/onnx.js';
import { reproduce } from './transforms/reproduce.js';
import { sameBytes } from './transforms/same-bytes.js';
import { speed } from './transforms/speed.js';
import { trainingSpeed } from './transforms/training-speed.js';
import { vectors } from './transforms/vectors.js';
import { wrongType } from './transforms/wrong-type.js';

/** Transforms: fitted once, identical for ever. Its "Must hold" lines. */
export const transforms: readonly Check[] = [
  vectors,
  sameBytes,
  fitting,
  reproduce,
  cascade,
  oddInput,
  wrongType,
  bigqueryMl,
  graph,
  onnx,
  trainingSpeed,
  eventLoop,
  speed,
];
