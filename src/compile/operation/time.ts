import { DATE_PARTS } from '../runtime/date-part.js';
import { UNIT_US } from '../runtime/timestamp.js';
import { CLOCK_UNITS } from '../runtime/timestamp-trunc.js';
import { type Operation, type StrictLowering, strict } from './operation.js';
import { isUtc, zoneAt, zoneConstant } from './zone.js';

const UNIX = ['TIMESTAMP'] as const;
const AMOUNT = ['TIMESTAMP', 'INT64'] as const;
const UNIT_LIST = '`MICROSECOND`, `MILLISECOND`, `SECOND`, `MINUTE`, `HOUR` and `DAY` (24 hours)';
const ZONE_RULE = 'A zone is an IANA name or an offset such as `+05:30`, UTC without one.';

/**
 * Times. Parts and zones are parameters of the node: `part` in capitals, `zone` an IANA name or an offset. What leaves the
 * years 1 to 9999 is NULL.
 */
export const TIME = {
  extract_timestamp: {
    sql: 'EXTRACT',
    form: 'EXTRACT(part FROM timestamp [AT TIME ZONE zone])',
    arguments: UNIX,
    result: 'INT64',
    about: `A part of what the clocks of a zone show: those of a date, or \`HOUR\`, \`MINUTE\`, \`SECOND\`, \`MILLISECOND\` or \`MICROSECOND\` (of the second). ${ZONE_RULE}`,
    example: ["EXTRACT(HOUR FROM TIMESTAMP '2020-01-05 12:00:00+00' AT TIME ZONE 'Asia/Kolkata')", '17'],
    kernel: {
      kind: 'strict',
      guard: 'total',
      code: (node) => {
        const part = node.parameters?.['part'] ?? '';
        const inUtc = isUtc(node.parameters?.['zone']) ? UTC_PARTS[part] : undefined;
        if (inUtc !== undefined) return inUtc;
        const clock = CLOCK_PARTS[part];
        if (clock !== undefined) return `rt.clockPartOf($0, ${zoneAt(2, node)}, ${clock.join(', ')})`;
        const code = Object.hasOwn(DATE_PARTS, part)
          ? 'datePartOf($0, rt.DATE_PARTS[$1]'
          : 'timePartOf($0, rt.TIME_PARTS[$1]';
        return `rt.${code}, ${zoneAt(2, node)})`;
      },
      constants: ({ part, zone }) => [part, ...zoneConstant(zone)],
    },
  },
  date_of_timestamp: {
    sql: 'EXTRACT',
    form: 'EXTRACT(DATE FROM timestamp [AT TIME ZONE zone]), DATE(timestamp[, zone])',
    arguments: UNIX,
    result: 'DATE',
    about: `The date that the clocks of a zone show. ${ZONE_RULE}`,
    example: ["DATE(TIMESTAMP '2020-01-05 23:00:00+00', 'Asia/Tokyo')", "DATE '2020-01-06'"],
    kernel: zoned((zone) => `rt.dateOfTimestamp($0, ${zone})`),
  },
  timestamp_of_date: {
    sql: 'TIMESTAMP',
    form: 'TIMESTAMP(date, zone)',
    arguments: ['DATE'],
    result: 'TIMESTAMP',
    about: `The instant at which a date begins on the clocks of a zone; where midnight is skipped, with the offset before the gap. ${ZONE_RULE}`,
    example: ["TIMESTAMP(DATE '2020-01-05', 'Asia/Tokyo')", "TIMESTAMP '2020-01-04 15:00:00+00'"],
    kernel: zoned((zone) => `rt.timestampOfDate($0, ${zone})`),
  },
  timestamp_of_text: {
    sql: 'TIMESTAMP',
    form: 'TIMESTAMP(string, zone)',
    arguments: ['STRING'],
    result: 'TIMESTAMP',
    about:
      'The instant at which the clocks of a zone show what a text says, written as CAST reads it but without a zone. A time that was skipped is read with the offset before the gap, of one that came twice it is the first.',
    example: ["TIMESTAMP('2020-01-05 10:00:00', 'America/New_York')", "TIMESTAMP '2020-01-05 15:00:00+00'"],
    kernel: zoned((zone) => `rt.timestampOfLocalText($0, ${zone})`),
  },
  string_of_timestamp: {
    sql: 'STRING',
    form: 'STRING(timestamp, zone)',
    arguments: UNIX,
    result: 'STRING',
    about:
      "What the clocks of a zone show, with their offset, and 0, 3 or 6 digits of the second's fraction. An offset that has seconds counts as its whole minutes.",
    example: ["STRING(TIMESTAMP '2020-01-05 10:11:12+00', 'America/New_York')", "'2020-01-05 05:11:12-05'"],
    kernel: zoned((zone) => `rt.textOfTimestamp($0, ${zone})`),
  },
  timestamp_diff: {
    sql: 'TIMESTAMP_DIFF',
    form: 'TIMESTAMP_DIFF(end, start, part)',
    arguments: ['TIMESTAMP', 'TIMESTAMP'],
    result: 'INT64',
    about: `How many whole parts lie between two instants, below zero when the end comes first. Parts are ${UNIT_LIST}.`,
    example: [
      "TIMESTAMP_DIFF(TIMESTAMP '2020-01-05 10:59:00+00', TIMESTAMP '2020-01-05 09:00:00+00', HOUR)",
      '1',
    ],
    kernel: withUnit('total', '($0 - $1) / $2'),
  },
  timestamp_add: {
    sql: 'TIMESTAMP_ADD',
    form: 'TIMESTAMP_ADD(timestamp, INTERVAL amount part)',
    arguments: AMOUNT,
    result: 'TIMESTAMP',
    about: `An instant so much later. Parts are ${UNIT_LIST}. \`timestamp + INTERVAL amount part\` is the same, and takes \`WEEK\` too.`,
    example: [
      "TIMESTAMP_ADD(TIMESTAMP '2020-01-05 10:00:00+00', INTERVAL 90 MINUTE)",
      "TIMESTAMP '2020-01-05 11:30:00+00'",
    ],
    kernel: withUnit('nullable', 'rt.addToTimestamp($0, $1, $2)'),
  },
  timestamp_sub: {
    sql: 'TIMESTAMP_SUB',
    form: 'TIMESTAMP_SUB(timestamp, INTERVAL amount part)',
    arguments: AMOUNT,
    result: 'TIMESTAMP',
    about: 'As TIMESTAMP_ADD, earlier.',
    example: [
      "TIMESTAMP_SUB(TIMESTAMP '2020-01-05 10:00:00+00', INTERVAL 1 DAY)",
      "TIMESTAMP '2020-01-04 10:00:00+00'",
    ],
    kernel: withUnit('nullable', 'rt.addToTimestamp($0, -$1, $2)'),
  },
  timestamp_trunc: {
    sql: 'TIMESTAMP_TRUNC',
    form: 'TIMESTAMP_TRUNC(timestamp, part[, zone])',
    arguments: UNIX,
    result: 'TIMESTAMP',
    about: `The instant at which the part began on the clocks of a zone; \`HOUR\` and \`MINUTE\` count with the offset of that very instant. Parts are \`MICROSECOND\`, \`MILLISECOND\`, \`SECOND\`, \`MINUTE\`, \`HOUR\` and those of DATE_TRUNC. ${ZONE_RULE}`,
    example: [
      "TIMESTAMP_TRUNC(TIMESTAMP '2020-01-05 03:00:00+00', DAY, 'America/New_York')",
      "TIMESTAMP '2020-01-04 05:00:00+00'",
    ],
    kernel: {
      kind: 'strict',
      guard: 'nullable',
      code: (node) => {
        const part = node.parameters?.['part'] ?? '';
        if (part === 'ISOYEAR') return `rt.startOfIsoYearAt($0, ${zoneAt(2, node)})`;
        const isOfClock = Object.hasOwn(CLOCK_UNITS, part);
        const unit = isOfClock
          ? 'startOfClockUnit($0, rt.CLOCK_UNITS[$1]'
          : 'startOfCalendarUnit($0, rt.DATE_UNITS[$1]';
        return `rt.${unit}, ${zoneAt(2, node)})`;
      },
      constants: ({ part, zone }) => [part, ...zoneConstant(zone)],
    },
  },
  unix_seconds: {
    sql: 'UNIX_SECONDS',
    arguments: UNIX,
    result: 'INT64',
    about: 'Whole seconds since 1970-01-01 00:00:00 UTC, rounded down.',
    example: ["UNIX_SECONDS(TIMESTAMP '1969-12-31 23:59:59.5+00')", '-1'],
    kernel: strict('total', 'rt.floorDivide($0, 1000000n)'),
  },
  unix_millis: {
    sql: 'UNIX_MILLIS',
    arguments: UNIX,
    result: 'INT64',
    about: 'Whole milliseconds since 1970-01-01 00:00:00 UTC, rounded down.',
    example: ["UNIX_MILLIS(TIMESTAMP '2020-01-05 00:00:00.1239+00')", '1578182400123'],
    kernel: strict('total', 'rt.floorDivide($0, 1000n)'),
  },
  unix_micros: {
    sql: 'UNIX_MICROS',
    arguments: UNIX,
    result: 'INT64',
    about: 'Microseconds since 1970-01-01 00:00:00 UTC.',
    example: ["UNIX_MICROS(TIMESTAMP '1970-01-01 00:00:01+00')", '1000000'],
    kernel: strict('total', '$0'),
  },
  timestamp_seconds: {
    sql: 'TIMESTAMP_SECONDS',
    arguments: ['INT64'],
    result: 'TIMESTAMP',
    about: 'The instant so many seconds after 1970-01-01 00:00:00 UTC.',
    example: ['TIMESTAMP_SECONDS(1578182400)', "TIMESTAMP '2020-01-05 00:00:00+00'"],
    kernel: strict('nullable', 'rt.timestampInRange($0 * 1000000n)'),
  },
  timestamp_millis: {
    sql: 'TIMESTAMP_MILLIS',
    arguments: ['INT64'],
    result: 'TIMESTAMP',
    about: 'The instant so many milliseconds after 1970-01-01 00:00:00 UTC.',
    example: ['TIMESTAMP_MILLIS(-1)', "TIMESTAMP '1969-12-31 23:59:59.999+00'"],
    kernel: strict('nullable', 'rt.timestampInRange($0 * 1000n)'),
  },
  timestamp_micros: {
    sql: 'TIMESTAMP_MICROS',
    arguments: ['INT64'],
    result: 'TIMESTAMP',
    about: 'The instant so many microseconds after 1970-01-01 00:00:00 UTC.',
    example: ['TIMESTAMP_MICROS(1)', "TIMESTAMP '1970-01-01 00:00:00.000001+00'"],
    kernel: strict('nullable', 'rt.timestampInRange($0)'),
  },
} as const satisfies Readonly<Record<string, Operation>>;

function withUnit(guard: 'total' | 'nullable', code: string): StrictLowering {
  return { kind: 'strict', guard, code: () => code, constants: ({ part }) => [UNIT_US[part!]] };
}

function zoned(code: (zone: string) => string): StrictLowering {
  return {
    kind: 'strict',
    guard: 'nullable',
    code: (node) => code(zoneAt(1, node)),
    constants: ({ zone }) => zoneConstant(zone),
  };
}

/** Seconds of a unit, and how many of them a clock counts. */
const CLOCK_PARTS: Readonly<Record<string, readonly [number, number]>> = {
  HOUR: [3600, 24],
  MINUTE: [60, 60],
  SECOND: [1, 60],
};

/** Microseconds since the year 1 began, on a Monday: never negative, as TIMESTAMP begins there. */
const SINCE_YEAR_1 = '($0 + 62135596800000000n)';

/** Parts of UTC by arithmetic alone. */
const UTC_PARTS: Readonly<Record<string, string>> = {
  DAYOFWEEK: `(${SINCE_YEAR_1} / 86400000000n + 1n) % 7n + 1n`,
  HOUR: `${SINCE_YEAR_1} % 86400000000n / 3600000000n`,
  MINUTE: `${SINCE_YEAR_1} % 3600000000n / 60000000n`,
  SECOND: `${SINCE_YEAR_1} % 60000000n / 1000000n`,
  MILLISECOND: `${SINCE_YEAR_1} % 1000000n / 1000n`,
  MICROSECOND: `${SINCE_YEAR_1} % 1000000n`,
};
