import { byType, EQUAL, LESS, type Operation, special, strict } from './operation.js';

const PAIR = ['T', 'T'] as const;
const swapped = { STRING: 'rt.compareText($0, $1) > 0', BYTES: 'rt.compareBytes($0, $1) > 0' };
const atMost = { STRING: 'rt.compareText($0, $1) <= 0', BYTES: 'rt.compareBytes($0, $1) <= 0' };
const atLeast = { STRING: 'rt.compareText($0, $1) >= 0', BYTES: 'rt.compareBytes($0, $1) >= 0' };

/** Comparison, three-valued logic, and what chooses between values (S7). 0.0 equals -0.0 (S3). */
export const LOGIC = {
  equal: { sql: '=', arguments: PAIR, result: 'BOOL', kernel: byType('total', '$0 === $1', EQUAL) },
  not_equal: {
    sql: '!=',
    arguments: PAIR,
    result: 'BOOL',
    kernel: byType('total', '$0 !== $1', { BYTES: 'rt.compareBytes($0, $1) !== 0' }),
  },
  less: { sql: '<', arguments: PAIR, result: 'BOOL', kernel: byType('total', '$0 < $1', LESS) },
  less_or_equal: { sql: '<=', arguments: PAIR, result: 'BOOL', kernel: byType('total', '$0 <= $1', atMost) },
  greater: { sql: '>', arguments: PAIR, result: 'BOOL', kernel: byType('total', '$0 > $1', swapped) },
  greater_or_equal: {
    sql: '>=',
    arguments: PAIR,
    result: 'BOOL',
    kernel: byType('total', '$0 >= $1', atLeast),
  },
  between: { sql: 'BETWEEN', arguments: ['T', 'T', 'T'], result: 'BOOL', kernel: special('between') },
  in: { sql: 'IN', arguments: PAIR, variadic: true, result: 'BOOL', kernel: special('in') },
  is_distinct: { sql: 'IS DISTINCT FROM', arguments: PAIR, result: 'BOOL', kernel: special('is_distinct') },
  is_null: {
    sql: 'IS NULL',
    arguments: ['T'],
    typeVariable: 'any',
    result: 'BOOL',
    kernel: special('is_null'),
  },
  is_true: { sql: 'IS TRUE', arguments: ['BOOL'], result: 'BOOL', kernel: special('is_true') },
  is_false: { sql: 'IS FALSE', arguments: ['BOOL'], result: 'BOOL', kernel: special('is_false') },
  and: { sql: 'AND', arguments: ['BOOL', 'BOOL'], variadic: true, result: 'BOOL', kernel: special('and') },
  or: { sql: 'OR', arguments: ['BOOL', 'BOOL'], variadic: true, result: 'BOOL', kernel: special('or') },
  not: { sql: 'NOT', arguments: ['BOOL'], result: 'BOOL', kernel: strict('total', '!$0') },
  /** Arguments: condition, value, condition, value, …, else. */
  case: { sql: 'CASE', arguments: [], typeVariable: 'any', result: 'T', kernel: special('case') },
  /** Arguments: operand, candidate, value, candidate, value, …, else. */
  case_match: {
    sql: 'CASE …',
    arguments: [],
    typeVariable: 'any',
    result: 'T',
    kernel: special('case_match'),
  },
  coalesce: {
    sql: 'COALESCE',
    arguments: ['T'],
    variadic: true,
    typeVariable: 'any',
    result: 'T',
    kernel: special('coalesce'),
  },
  nullif: { sql: 'NULLIF', arguments: PAIR, result: 'T', kernel: special('nullif') },
  greatest: { sql: 'GREATEST', arguments: ['T'], variadic: true, result: 'T', kernel: special('greatest') },
  least: { sql: 'LEAST', arguments: ['T'], variadic: true, result: 'T', kernel: special('least') },
} as const satisfies Readonly<Record<string, Operation>>;
