import { type Operation, strict } from './operation.js';

const PAIR = ['INT64', 'INT64'] as const;

/** Bits of INT64, as two's complement. */
export const BITS = {
  bit_and_int64: {
    sql: '&',
    arguments: PAIR,
    result: 'INT64',
    about: 'Bits that both numbers have.',
    example: ['12 & 10', '8'],
    kernel: strict('total', '$0 & $1'),
  },
  bit_or_int64: {
    sql: '|',
    arguments: PAIR,
    result: 'INT64',
    about: 'Bits that one of the numbers has.',
    example: ['12 | 10', '14'],
    kernel: strict('total', '$0 | $1'),
  },
  bit_xor_int64: {
    sql: '^',
    arguments: PAIR,
    result: 'INT64',
    about: 'Bits that exactly one of the numbers has.',
    example: ['12 ^ 10', '6'],
    kernel: strict('total', '$0 ^ $1'),
  },
  bit_not_int64: {
    sql: 'unary ~',
    arguments: ['INT64'],
    result: 'INT64',
    about: 'Every bit the other way: -x - 1.',
    example: ['~5', '-6'],
    kernel: strict('total', '~$0'),
  },
  shift_left_int64: {
    sql: '<<',
    arguments: PAIR,
    result: 'INT64',
    about:
      'The bits so many places to the left; what leaves the 64 bits is lost, so from 64 places on it is 0. NULL for negative places.',
    example: ['5 << 2', '20'],
    kernel: strict('nullable', 'rt.shiftLeft($0, $1)'),
  },
  shift_right_int64: {
    sql: '>>',
    arguments: PAIR,
    result: 'INT64',
    about:
      'The 64 bits so many places to the right; zeros come in, for negative numbers too, so from 64 places on it is 0. NULL for negative places.',
    example: ['-8 >> 62', '3'],
    kernel: strict('nullable', 'rt.shiftRight($0, $1)'),
  },
  bit_count_int64: {
    sql: 'BIT_COUNT',
    arguments: ['INT64'],
    result: 'INT64',
    about: 'How many of the 64 bits are set; all 64 of -1.',
    example: ['BIT_COUNT(5)', '2'],
    kernel: strict('total', 'rt.bitCount($0)'),
  },
} as const satisfies Readonly<Record<string, Operation>>;
