import type { Expression } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import type { Random } from '../verify/rows/random.js';
import type { Row } from './oracle.js';
import type { Pools } from './pool.js';

/** An expression with what the oracle says of it and of each of its parts, a value a row. */
export type Made = {
  readonly expression: Expression;
  readonly parts: readonly Made[];
  readonly values: readonly Value[];
  /** Calls from here to the deepest leaf, both included. */
  readonly depth: number;
};

/** What expressions are made of. */
export type Making = {
  readonly rows: readonly Row[];
  readonly pools: Pools;
  readonly random: Random;
};
