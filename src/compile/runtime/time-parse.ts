import { daysInMonth, daysOf } from '../../definition/time.js';
import { secondOfLocal, type TimeZone } from '../../definition/time-zone.js';
import { DAY_SECONDS } from './clock.js';
import { dateInRange } from './date-unit.js';
import { DAY_NAMES, ELEMENT, MONTH_NAMES } from './time-format.js';
import { timestampInRange } from './timestamp.js';

/** A format string read once: steps that each take their part of a text, or say that it is not there. */
type TimeParser = readonly ParseStep[];

type ParseStep = (parse: Parse) => boolean;

/** Where in the text a parse is, and what it has read; what no element gives is that of 1970-01-01 00:00:00. */
type Parse = {
  readonly text: string;
  at: number;
  year: number;
  month: number;
  day: number;
  dayOfYear: number | null;
  hour: number;
  isHalfDay: boolean;
  isAfternoon: boolean;
  minute: number;
  second: number;
  micros: number;
  offset: number | null;
  epochSecond: bigint | null;
};

/** PARSE_DATE; NULL where the text is not of the format, or names no day of the range. */
export function parseDateBy(text: string, format: string): number | null {
  const parse = run(text, timeParserOf(format));
  const days = parse === null ? null : daysOfParse(parse);
  return days === null ? null : dateInRange(days);
}

/** PARSE_TIMESTAMP; an offset that was read comes before the zone. */
export function parseTimestampBy(text: string, format: string, zone: TimeZone): bigint | null {
  const parse = run(text, timeParserOf(format));
  if (parse === null) return null;
  if (parse.epochSecond !== null) return timestampInRange(parse.epochSecond * 1_000_000n);
  const days = daysOfParse(parse);
  if (days === null || parse.second > 60) return null;
  const hour = parse.hour + (parse.isHalfDay && parse.isAfternoon ? 12 : 0);
  const local = days * DAY_SECONDS + hour * 3600 + parse.minute * 60 + parse.second;
  const second = parse.offset === null ? secondOfLocal(zone, local) : local - parse.offset;
  // A leap second is the next minute's first, without a fraction.
  const micros = parse.second === 60 ? 0 : parse.micros;
  return timestampInRange(BigInt(second) * 1_000_000n + BigInt(micros));
}

/** Reads a format once, and keeps it. */
function timeParserOf(format: string): TimeParser {
  const known = PARSERS.get(format);
  if (known !== undefined) return known;
  const steps: ParseStep[] = [];
  let end = 0;
  for (const { 0: part, index } of format.matchAll(ELEMENT)) {
    const isBeforeElement = format[index + part.length] === '%';
    const read = part === '%Y' && isBeforeElement ? [yearBeforeElement] : TIMESTAMP_STEPS[part]!;
    steps.push(...textSteps(format.slice(end, index)), ...read);
    end = index + part.length;
  }
  steps.push(...textSteps(format.slice(end)));
  if (PARSERS.size >= MAX_PARSERS) PARSERS.clear();
  PARSERS.set(format, steps);
  return steps;
}

function textSteps(text: string): readonly ParseStep[] {
  return [...text.matchAll(/[ \t\n\v\f\r]+|[^ \t\n\v\f\r]+/g)].map(([part]) =>
    isSpace(part.charCodeAt(0)) ? space : exactly(part),
  );
}

function run(text: string, parser: TimeParser): Parse | null {
  const parse: Parse = {
    text,
    at: 0,
    year: 1970,
    month: 1,
    day: 1,
    dayOfYear: null,
    hour: 0,
    isHalfDay: false,
    isAfternoon: false,
    minute: 0,
    second: 0,
    micros: 0,
    offset: null,
    epochSecond: null,
  };
  space(parse);
  for (const step of parser) if (!step(parse)) return null;
  space(parse);
  // The reference takes one U+0000 at the end for the end.
  const rest = text.slice(parse.at);
  return rest === '' || rest === '\0' ? parse : null;
}

function daysOfParse({ year, month, day, dayOfYear }: Parse): number | null {
  if (dayOfYear !== null) {
    const first = daysOf(year, 1, 1);
    return dayOfYear <= daysOf(year + 1, 1, 1) - first ? first + dayOfYear - 1 : null;
  }
  return day <= daysInMonth(year, month) ? daysOf(year, month, day) : null;
}

function space(parse: Parse): boolean {
  while (isSpace(parse.text.charCodeAt(parse.at))) parse.at++;
  return true;
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

function exactly(text: string): ParseStep {
  return (parse) => {
    if (!parse.text.startsWith(text, parse.at)) return false;
    parse.at += text.length;
    return true;
  };
}

/** Decimal digits, at least one and at most `width`, of a number from `least` to `most`. */
function number(width: number, [least, most]: Range, set: (parse: Parse, value: number) => void): ParseStep {
  return (parse) => {
    let value = 0;
    const end = digitsEnd(parse, width);
    for (let at = parse.at; at < end; at++) value = value * 10 + parse.text.charCodeAt(at) - ZERO;
    if (end === parse.at || value < least || value > most) return false;
    parse.at = end;
    set(parse, value);
    return true;
  };
}

/**
 * The numbers of elements that stand for several, and of some others: white space before them, and as many digits as could
 * still give a number up to `most`. Source: NetBSD, strptime.c, conv_num.
 */
function looseNumber([least, most]: Range, set: (parse: Parse, value: number) => void): ParseStep {
  return (parse) => {
    space(parse);
    const end = digitsEnd(parse, String(most).length);
    const from = parse.at;
    let value = 0;
    while (parse.at < end && (parse.at === from || value * 10 <= most)) {
      value = value * 10 + parse.text.charCodeAt(parse.at++) - ZERO;
    }
    if (parse.at === from || value < least || value > most) return false;
    set(parse, value);
    return true;
  };
}

type Range = readonly [least: number, most: number];

function digitsEnd({ text, at }: Parse, width: number): number {
  let end = at;
  while (end < at + width && text.charCodeAt(end) >= ZERO && text.charCodeAt(end) <= ZERO + 9) end++;
  return end;
}

/** A name or its first three letters, whatever their case. */
function name(names: readonly string[], set: (parse: Parse, index: number) => void): ParseStep {
  const known = names.map((each) => each.toLowerCase());
  return (parse) => {
    const rest = parse.text.slice(parse.at, parse.at + LONGEST_NAME).toLowerCase();
    const index = known.findIndex((each) => rest.startsWith(each.slice(0, 3)));
    if (index < 0) return false;
    parse.at += rest.startsWith(known[index]!) ? known[index]!.length : 3;
    set(parse, index);
    return true;
  };
}

/** `.` and digits, of which six count; nothing at all is no fraction. */
function fraction(width: number): ParseStep {
  return (parse) => {
    if (width === 0 || parse.text[parse.at] !== '.') return true;
    parse.at++;
    const end = digitsEnd(parse, width);
    if (end === parse.at) return false;
    parse.micros = Number(parse.text.slice(parse.at, Math.min(end, parse.at + 6)).padEnd(6, '0'));
    parse.at = end;
    return true;
  };
}

/**
 * `+HH`, `+HHMM` and, with a separator, `+HH:MM` and `Z`. A single digit where minutes could be counts as them and is read
 * again by what follows. Source: cctz, time_zone_format.cc, ParseOffset.
 */
function offset(separator: ':' | ''): ParseStep {
  const isZulu = (text: string, at: number): boolean => separator !== '' && text[at] === 'Z';
  return (parse) => {
    const { text, at } = parse;
    if (isZulu(text, at)) {
      parse.at++;
      parse.offset = 0;
      return true;
    }
    const hours = /^[+-]\d\d$/.test(text.slice(at, at + 3)) ? Number(text.slice(at + 1, at + 3)) : 24;
    if (hours > 23) return false;
    const from = at + 3 + Number(separator !== '' && text[at + 3] === separator);
    const minutes = /^[0-5]?\d/.exec(text.slice(from, from + 2))?.[0] ?? '';
    parse.at = minutes.length === 2 ? from + 2 : at + 3;
    const total = hours * 60 + Number(minutes);
    parse.offset = (text[at] === '-' ? -total : total) * 60;
    return total <= MAX_OFFSET_MINUTES;
  };
}

/** At most 12 characters, the sign among them; -0 is no number. */
function epochSecond(parse: Parse): boolean {
  const digits = /^-?\d+/.exec(parse.text.slice(parse.at, parse.at + EPOCH_WIDTH))?.[0];
  if (digits === undefined || /^-0+$/.test(digits)) return false;
  parse.at += digits.length;
  parse.epochSecond = BigInt(digits);
  return true;
}

function halfDay(parse: Parse): boolean {
  const word = parse.text.slice(parse.at, parse.at + 2).toLowerCase();
  if (word !== 'am' && word !== 'pm') return false;
  parse.at += 2;
  parse.isAfternoon = word === 'pm';
  return true;
}

const PARSERS = new Map<string, TimeParser>();
/** Formats are written by people: more of them are held than a registry has. */
const MAX_PARSERS = 1000;
const ZERO = 0x30;
const LONGEST_NAME = 9;
const EPOCH_WIDTH = 12;
const MAX_OFFSET_MINUTES = 14 * 60;

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
const yearBeforeElement = number(4, [0, 9999], set.year);
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
