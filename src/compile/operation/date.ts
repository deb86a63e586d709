import { MONTHS_OF } from '../runtime/date-unit.js';
import { type Operation, type StrictLowering, strict } from './operation.js';

const ONE = ['DATE'] as const;
const AMOUNT = ['DATE', 'INT64'] as const;
const TWO = ['DATE', 'DATE'] as const;
const UNITS =
  '`DAY`, `WEEK`, `WEEK(MONDAY)` and its like, `ISOWEEK`, `MONTH`, `QUARTER`, `YEAR` and `ISOYEAR`';

/** Dates. The `part` of a node is a parameter in capitals; without one it is DAY. What leaves the years 1 to 9999 is NULL. */
export const DATE = {
  extract_date: {
    sql: 'EXTRACT',
    form: 'EXTRACT(part FROM date)',
    arguments: ONE,
    result: 'INT64',
    about:
      'A part of a date: `YEAR`, `QUARTER`, `MONTH`, `DAY`, `DAYOFWEEK` (Sunday is 1), `DAYOFYEAR`, `WEEK` (of weeks that begin on Sunday; days before the first are in week 0), `WEEK(MONDAY)` and its like, `ISOWEEK` or `ISOYEAR`.',
    example: ["EXTRACT(WEEK FROM DATE '2020-01-05')", '1'],
    kernel: {
      kind: 'strict',
      guard: 'total',
      code: () => 'BigInt(rt.DATE_PARTS[$1]($0))',
      constants: ({ part }) => [part],
    },
  },
  date_of_parts: {
    sql: 'DATE',
    form: 'DATE(year, month, day)',
    arguments: ['INT64', 'INT64', 'INT64'],
    result: 'DATE',
    about: 'The day of a year, a month and a day of the month; NULL where there is no such day.',
    example: ['DATE(2020, 2, 29)', "DATE '2020-02-29'"],
    kernel: strict('nullable', 'rt.dateOfParts($0, $1, $2)'),
  },
  date_of_number: {
    sql: 'DATE_FROM_UNIX_DATE',
    arguments: ['INT64'],
    result: 'DATE',
    about: 'The day that is so many days after 1970-01-01.',
    example: ['DATE_FROM_UNIX_DATE(18266)', "DATE '2020-01-05'"],
    kernel: strict('nullable', 'rt.dateOfNumber($0)'),
  },
  unix_date: {
    sql: 'UNIX_DATE',
    arguments: ONE,
    result: 'INT64',
    about: 'Days since 1970-01-01.',
    example: ["UNIX_DATE(DATE '2020-01-05')", '18266'],
    kernel: strict('total', 'BigInt($0)'),
  },
  date_add: {
    sql: 'DATE_ADD',
    form: 'DATE_ADD(date, INTERVAL amount part)',
    arguments: AMOUNT,
    result: 'DATE',
    about:
      'A date so many `DAY`, `WEEK`, `MONTH`, `QUARTER` or `YEAR` later. A day that the month does not have is its last. `date + amount` adds days.',
    example: ["DATE_ADD(DATE '2020-01-31', INTERVAL 1 MONTH)", "DATE '2020-02-29'"],
    kernel: shift('$1'),
  },
  date_sub: {
    sql: 'DATE_SUB',
    form: 'DATE_SUB(date, INTERVAL amount part)',
    arguments: AMOUNT,
    result: 'DATE',
    about: 'As DATE_ADD, earlier. `date - amount` subtracts days.',
    example: ["DATE_SUB(DATE '2020-03-31', INTERVAL 1 QUARTER)", "DATE '2019-12-31'"],
    kernel: shift('-$1'),
  },
  date_diff: {
    sql: 'DATE_DIFF',
    form: 'DATE_DIFF(end, start, part)',
    arguments: TWO,
    result: 'INT64',
    about: `How many of a part begin after the start, up to the end; below zero the other way round. Parts are ${UNITS}.`,
    example: ["DATE_DIFF(DATE '2020-01-01', DATE '2019-12-31', YEAR)", '1'],
    kernel: {
      kind: 'strict',
      guard: 'total',
      code: ({ parameters }) =>
        parameters?.['part'] === undefined ? 'BigInt($0 - $1)' : 'rt.unitsBetween($0, $1, rt.DATE_UNITS[$2])',
      constants: ({ part }) => (part === undefined ? [] : [part]),
    },
  },
  date_trunc: {
    sql: 'DATE_TRUNC',
    form: 'DATE_TRUNC(date, part)',
    arguments: ONE,
    result: 'DATE',
    about: `The first day of the part that the date lies in. Parts are ${UNITS}. NULL where that day is before the year 1.`,
    example: ["DATE_TRUNC(DATE '2020-01-05', WEEK(TUESDAY))", "DATE '2019-12-31'"],
    kernel: unit('rt.startOfUnit($0, rt.DATE_UNITS[$1])'),
  },
  last_day: {
    sql: 'LAST_DAY',
    form: 'LAST_DAY(date[, part])',
    arguments: ONE,
    result: 'DATE',
    about:
      'The last day of the part that the date lies in, of its month when none is named. Parts are those of DATE_TRUNC but for `DAY`.',
    example: ["LAST_DAY(DATE '2020-02-05')", "DATE '2020-02-29'"],
    kernel: unit('rt.endOfUnit($0, rt.DATE_UNITS[$1])'),
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** DATE_ADD of `amount`: days, 7 days, or months. */
function shift(amount: string): StrictLowering {
  return {
    kind: 'strict',
    guard: 'nullable',
    code: ({ parameters }) => {
      const part = parameters?.['part'];
      if (part === undefined) return `rt.addDays($0, ${amount})`;
      return part === 'WEEK' ? `rt.addDays($0, ${amount} * 7n)` : `rt.addMonths($0, ${amount} * $2)`;
    },
    constants: ({ part }) => (part !== undefined && Object.hasOwn(MONTHS_OF, part) ? [MONTHS_OF[part]] : []),
  };
}

function unit(code: string): StrictLowering {
  return { kind: 'strict', guard: 'nullable', code: () => code, constants: ({ part }) => [part] };
}
