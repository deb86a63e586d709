import type { CallExpression } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';

/** What float32 may make of one value: how far off it may be, and whether a branch or bucket edge is that close (S8). */
export type Judged = {
  readonly value: Value;
  /** A bound of the distance of a float32 computation, to first order. */
  readonly error: number;
  readonly isNearEdge: boolean;
};

/** How far off float32 may be in an operation over these operands, of what its value and their errors alone make. */
export function errorOf(node: CallExpression, operands: readonly Judged[], { value, error }: Judged): number {
  if (isExact(node, operands, value)) return 0;
  const isSteep = POLES.has(node.operation) && typeof value === 'number';
  return isSteep ? error + value ** 2 * SINE_ERROR : error;
}

/** 1 / cos x and the like: what tfjs's sine and cosine are off by on WebAssembly, near a pole. */
const POLES = new Set(['tan_float64', 'sec_float64', 'csc_float64', 'cot_float64']);
const SINE_ERROR = 2.5e-7;

/** Whether float32 gives the very value: of exact operands, by an operation that rounds once or not at all. */
function isExact({ operation }: CallExpression, operands: readonly Judged[], value: Value): boolean {
  if (typeof value !== 'number') return true;
  const isOfExact = operands.every(({ error }) => error === 0) && Math.fround(value) === value;
  return isOfExact && ROUNDED_ONCE.has(operation);
}

/** Source: IEEE 754, of which float32's own are correctly rounded; the others hand on one of their operands. */
const ROUNDED_ONCE = new Set([
  'add_float64',
  'subtract_float64',
  'multiply_float64',
  'divide_float64',
  'negate_float64',
  'abs_float64',
  'sign_float64',
  'floor_float64',
  'ceil_float64',
  'trunc_float64',
  'sqrt_float64',
  'cast_int64_float64',
  'case',
  'case_match',
  'coalesce',
  'nullif',
  'greatest',
  'least',
]);
