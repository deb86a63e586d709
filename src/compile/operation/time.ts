import { UNIT_US } from '../runtime/time-part.js';
import { type Guard, type Operation, type StrictLowering, strict } from './operation.js';

const UNIX = ['TIMESTAMP'] as const;

/** Times. Parts and zones are parameters of the node: `part` in capitals, `zone` an IANA name. */
export const TIME = {
  extract_timestamp: {
    sql: 'EXTRACT',
    arguments: ['TIMESTAMP'],
    result: 'INT64',
    kernel: withConstants('total', 'rt.partOfTimestamp($0, $1, $2)', ({ part, zone }) => [part, zone]),
  },
  extract_date: {
    sql: 'EXTRACT',
    arguments: ['DATE'],
    result: 'INT64',
    kernel: withConstants('total', 'rt.partOfDate($0, $1)', ({ part }) => [part]),
  },
  date_of_timestamp: {
    sql: 'EXTRACT',
    arguments: ['TIMESTAMP'],
    result: 'DATE',
    kernel: withConstants('nullable', 'rt.dateOfTimestamp($0, $1)', ({ zone }) => [zone]),
  },
  timestamp_diff: {
    sql: 'TIMESTAMP_DIFF',
    arguments: ['TIMESTAMP', 'TIMESTAMP'],
    result: 'INT64',
    kernel: withConstants('total', '($0 - $1) / $2', ({ part }) => [UNIT_US[part!]]),
  },
  timestamp_add: {
    sql: 'TIMESTAMP_ADD',
    arguments: ['TIMESTAMP', 'INT64'],
    result: 'TIMESTAMP',
    kernel: withConstants('nullable', 'rt.addToTimestamp($0, $1, $2)', ({ part }) => [UNIT_US[part!]]),
  },
  timestamp_sub: {
    sql: 'TIMESTAMP_SUB',
    arguments: ['TIMESTAMP', 'INT64'],
    result: 'TIMESTAMP',
    kernel: withConstants('nullable', 'rt.addToTimestamp($0, -$1, $2)', ({ part }) => [UNIT_US[part!]]),
  },
  date_diff: {
    sql: 'DATE_DIFF',
    arguments: ['DATE', 'DATE'],
    result: 'INT64',
    kernel: strict('total', 'BigInt($0 - $1)'),
  },
  date_add: {
    sql: 'DATE_ADD',
    arguments: ['DATE', 'INT64'],
    result: 'DATE',
    kernel: strict('nullable', 'rt.addDays($0, $1)'),
  },
  date_sub: {
    sql: 'DATE_SUB',
    arguments: ['DATE', 'INT64'],
    result: 'DATE',
    kernel: strict('nullable', 'rt.addDays($0, -$1)'),
  },
  unix_seconds: {
    sql: 'UNIX_SECONDS',
    arguments: UNIX,
    result: 'INT64',
    kernel: strict('total', 'rt.floorDivide($0, 1000000n)'),
  },
  unix_millis: {
    sql: 'UNIX_MILLIS',
    arguments: UNIX,
    result: 'INT64',
    kernel: strict('total', 'rt.floorDivide($0, 1000n)'),
  },
  unix_micros: { sql: 'UNIX_MICROS', arguments: UNIX, result: 'INT64', kernel: strict('total', '$0') },
  unix_date: {
    sql: 'UNIX_DATE',
    arguments: ['DATE'],
    result: 'INT64',
    kernel: strict('total', 'BigInt($0)'),
  },
  timestamp_seconds: {
    sql: 'TIMESTAMP_SECONDS',
    arguments: ['INT64'],
    result: 'TIMESTAMP',
    kernel: strict('nullable', 'rt.timestampInRange($0 * 1000000n)'),
  },
  timestamp_millis: {
    sql: 'TIMESTAMP_MILLIS',
    arguments: ['INT64'],
    result: 'TIMESTAMP',
    kernel: strict('nullable', 'rt.timestampInRange($0 * 1000n)'),
  },
  timestamp_micros: {
    sql: 'TIMESTAMP_MICROS',
    arguments: ['INT64'],
    result: 'TIMESTAMP',
    kernel: strict('nullable', 'rt.timestampInRange($0)'),
  },
} as const satisfies Readonly<Record<string, Operation>>;

function withConstants(
  guard: Guard,
  code: string,
  constants: NonNullable<StrictLowering['constants']>,
): StrictLowering {
  return { kind: 'strict', guard, code: () => code, constants };
}
