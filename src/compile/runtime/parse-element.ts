import {
  digitsEnd,
  epochSecond,
  exactly,
  fraction,
  halfDay,
  looseNumber,
  name,
  number,
  offset,
  type Parse,
  type ParseStep,
  space,
} from './parse-step.js';
import { DAY_NAMES, MONTH_NAMES } from './time-format.js';

const set = {
  year: (parse: Parse, value: number): void => {
    parse.year = value;
  },
  shortYear: (parse: Parse, value: number): void => {
    parse.year = value < 69 ? 2000 + value : 1900 + value;
  },
  month: (parse: Parse, value: number): void => {
    parse.month = value;
  },
  day: (parse: Parse, value: number): void => {
    parse.day = value;
  },
  hour: (parse: Parse, value: number): void => {
    parse.hour = value;
    parse.isHalfDay = false;
  },
  minute: (parse: Parse, value: number): void => {
    parse.minute = value;
  },
  second: (parse: Parse, value: number): void => {
    parse.second = value;
  },
} as const;
/** Behind a year that another element follows there are four digits at most. */
export const yearBeforeElement = number(4, [0, 9999], set.year);
const monthName = name(MONTH_NAMES, (parse, index) => {
  parse.month = index + 1;
});
const weekday = name(DAY_NAMES, () => undefined);
const hour12 = number(2, [1, 12], (parse, value) => {
  parse.hour = value % 12;
  parse.isHalfDay = true;
});
const second = number(2, [0, 60], set.second);
const colon = exactly(':');
const dash = exactly('-');
const slash = exactly('/');
const looseMonth = looseNumber([1, 12], set.month);
const looseDay = looseNumber([1, 31], set.day);
const looseHour = looseNumber([0, 23], set.hour);
const toTheMinute = [looseHour, colon, looseNumber([0, 59], set.minute)];
// A second 61 is one of the clock's, and of no day.
const time = [...toTheMinute, colon, looseNumber([0, 61], set.second)];
const americanDate = [looseMonth, slash, looseDay, slash, looseNumber([0, 99], set.shortYear)];
const isoDate = [looseNumber([0, 9999], set.year), dash, looseMonth, dash, looseDay];

/** Elements of PARSE_DATE. Source: GoogleSQL, "Format elements for date and time parts". */
export const DATE_STEPS: Readonly<Record<string, readonly ParseStep[]>> = {
  '%%': [exactly('%')],
  '%A': [weekday],
  '%a': [weekday],
  '%B': [monthName],
  '%b': [monthName],
  '%h': [monthName],
  '%D': americanDate,
  '%x': americanDate,
  '%d': [number(2, [1, 31], set.day)],
  '%e': [looseDay],
  '%F': isoDate,
  '%j': [
    number(3, [1, 366], (parse, value) => {
      parse.dayOfYear = value;
    }),
  ],
  '%m': [number(2, [1, 12], set.month)],
  '%n': [space],
  '%t': [space],
  '%Y': [number(5, [0, 10_000], set.year)],
  '%y': [number(2, [0, 99], set.shortYear)],
  '%E4Y': [(parse) => digitsEnd(parse, 4) === parse.at + 4, yearBeforeElement],
};

/** Elements of PARSE_TIMESTAMP. */
export const TIMESTAMP_STEPS: Readonly<Record<string, readonly ParseStep[]>> = {
  ...DATE_STEPS,
  '%H': [number(2, [0, 23], set.hour)],
  '%I': [space, hour12],
  '%k': [looseHour],
  '%l': [space, hour12],
  '%M': [number(2, [0, 59], set.minute)],
  '%P': [halfDay],
  '%p': [halfDay],
  '%R': toTheMinute,
  '%S': [second],
  '%s': [epochSecond],
  '%T': time,
  '%X': time,
  '%z': [offset('')],
  '%Ez': [offset(':')],
  '%E*S': [second, fraction(Number.POSITIVE_INFINITY)],
  ...Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((digits) => [`%E${digits}S`, [second, fraction(digits)]])),
};
