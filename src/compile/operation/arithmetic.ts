import { type Operation, strict } from './operation.js';

const INT64 = ['INT64', 'INT64'] as const;
const FLOAT64 = ['FLOAT64', 'FLOAT64'] as const;

/** Numbers. Overflow, division by zero and what is not finite is NULL (S6). */
export const ARITHMETIC = {
  add_int64: { sql: '+', arguments: INT64, result: 'INT64', kernel: strict('int64', '$0 + $1') },
  add_float64: { sql: '+', arguments: FLOAT64, result: 'FLOAT64', kernel: strict('finite', '$0 + $1') },
  subtract_int64: { sql: '-', arguments: INT64, result: 'INT64', kernel: strict('int64', '$0 - $1') },
  subtract_float64: { sql: '-', arguments: FLOAT64, result: 'FLOAT64', kernel: strict('finite', '$0 - $1') },
  multiply_int64: { sql: '*', arguments: INT64, result: 'INT64', kernel: strict('int64', '$0 * $1') },
  multiply_float64: { sql: '*', arguments: FLOAT64, result: 'FLOAT64', kernel: strict('finite', '$0 * $1') },
  divide_float64: { sql: '/', arguments: FLOAT64, result: 'FLOAT64', kernel: strict('finite', '$0 / $1') },
  negate_int64: { sql: 'unary -', arguments: ['INT64'], result: 'INT64', kernel: strict('int64', '-$0') },
  negate_float64: {
    sql: 'unary -',
    arguments: ['FLOAT64'],
    result: 'FLOAT64',
    kernel: strict('total', '-$0'),
  },
  div_int64: {
    sql: 'DIV',
    arguments: INT64,
    result: 'INT64',
    kernel: strict('nullable', 'rt.divide($0, $1)'),
  },
  mod_int64: {
    sql: 'MOD',
    arguments: INT64,
    result: 'INT64',
    kernel: strict('nullable', '$1 === 0n ? null : $0 % $1'),
  },
  abs_int64: {
    sql: 'ABS',
    arguments: ['INT64'],
    result: 'INT64',
    kernel: strict('int64', '$0 < 0n ? -$0 : $0'),
  },
  abs_float64: {
    sql: 'ABS',
    arguments: ['FLOAT64'],
    result: 'FLOAT64',
    kernel: strict('total', 'Math.abs($0)'),
  },
  sign_int64: {
    sql: 'SIGN',
    arguments: ['INT64'],
    result: 'INT64',
    kernel: strict('total', '$0 < 0n ? -1n : $0 > 0n ? 1n : 0n'),
  },
  sign_float64: {
    sql: 'SIGN',
    arguments: ['FLOAT64'],
    result: 'FLOAT64',
    kernel: strict('total', '$0 < 0 ? -1 : $0 > 0 ? 1 : 0'),
  },
  floor_float64: {
    sql: 'FLOOR',
    arguments: ['FLOAT64'],
    result: 'FLOAT64',
    kernel: strict('total', 'Math.floor($0)'),
  },
  ceil_float64: {
    sql: 'CEIL',
    arguments: ['FLOAT64'],
    result: 'FLOAT64',
    kernel: strict('total', 'Math.ceil($0)'),
  },
  round_float64: {
    sql: 'ROUND',
    arguments: ['FLOAT64'],
    result: 'FLOAT64',
    kernel: strict('total', 'rt.round($0)'),
  },
  round_float64_digits: {
    sql: 'ROUND',
    arguments: ['FLOAT64', 'INT64'],
    result: 'FLOAT64',
    kernel: strict('finite', 'rt.roundTo($0, $1)'),
  },
  ln_float64: { sql: 'LN', arguments: ['FLOAT64'], result: 'FLOAT64', kernel: strict('finite', 'rt.ln($0)') },
  exp_float64: {
    sql: 'EXP',
    arguments: ['FLOAT64'],
    result: 'FLOAT64',
    kernel: strict('finite', 'rt.exp($0)'),
  },
  trunc_float64: {
    sql: 'TRUNC',
    arguments: ['FLOAT64'],
    result: 'FLOAT64',
    kernel: strict('total', 'Math.trunc($0)'),
  },
  sqrt_float64: {
    sql: 'SQRT',
    arguments: ['FLOAT64'],
    result: 'FLOAT64',
    kernel: strict('finite', 'Math.sqrt($0)'),
  },
} as const satisfies Readonly<Record<string, Operation>>;
