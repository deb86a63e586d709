import { civilOf } from '../../definition/time.js';
import type { TimeZone } from '../../definition/time-zone.js';
import { DAY_SECONDS, microsOf, secondOf } from './clock.js';
import { dayOfYear, isoWeek, isoYear, weekdayOf, weekOf } from './date-part.js';

/** A format string read once: texts, and elements that write a time. */
type TimeFormat = readonly (string | FormatElement)[];

/** What an element sees: a day number, the second of the day, microseconds, and the clocks' minutes ahead of UTC. */
type LocalTime = {
  readonly days: number;
  readonly second: number;
  readonly micros: number;
  readonly offsetMinutes: number;
};

type FormatElement = (time: LocalTime) => string;

/** The elements of a format as they are written. */
export function elementsOf(format: string): readonly string[] {
  return [...format.matchAll(ELEMENT)].map(([element]) => element);
}

/** FORMAT_DATE. */
export function formatDateBy(days: number, format: string): string {
  return write({ days, second: 0, micros: 0, offsetMinutes: 0 }, timeFormatOf(format));
}

/** FORMAT_TIMESTAMP: as the clocks of a zone show it, of an offset with seconds the whole minutes. */
export function formatTimestampBy(us: bigint, format: string, zone: TimeZone): string {
  const second = secondOf(us);
  const offsetMinutes = Math.trunc(zone.offsetAt(second) / 60);
  const local = second + offsetMinutes * 60;
  const days = Math.floor(local / DAY_SECONDS);
  const time = { days, second: local - days * DAY_SECONDS, micros: microsOf(us, second), offsetMinutes };
  return write(time, timeFormatOf(format));
}

/** Reads a format once, and keeps it. */
function timeFormatOf(format: string): TimeFormat {
  const known = FORMATS.get(format);
  if (known !== undefined) return known;
  const parts: (string | FormatElement)[] = [];
  let end = 0;
  for (const { 0: part, index } of format.matchAll(ELEMENT)) {
    parts.push(format.slice(end, index), TIMESTAMP_ELEMENTS[part]!);
    end = index + part.length;
  }
  parts.push(format.slice(end));
  if (FORMATS.size >= MAX_FORMATS) FORMATS.clear();
  FORMATS.set(format, parts);
  return parts;
}

function write(time: LocalTime, format: TimeFormat): string {
  let text = '';
  for (const part of format) text += typeof part === 'string' ? part : part(time);
  return text;
}

/** Elements of FORMAT_DATE. Source: GoogleSQL, "Format elements for date and time parts". */
export const DATE_ELEMENTS: Readonly<Record<string, FormatElement>> = {
  '%%': () => '%',
  '%A': ({ days }) => DAY_NAMES[weekdayOf(days)]!,
  '%a': ({ days }) => DAY_NAMES[weekdayOf(days)]!.slice(0, 3),
  '%B': ({ days }) => MONTH_NAMES[civilOf(days).month - 1]!,
  '%b': ({ days }) => MONTH_NAMES[civilOf(days).month - 1]!.slice(0, 3),
  '%h': ({ days }) => MONTH_NAMES[civilOf(days).month - 1]!.slice(0, 3),
  '%C': ({ days }) => String(Math.floor(civilOf(days).year / 100)),
  '%D': ({ days }) => americanDate(days),
  '%x': ({ days }) => americanDate(days),
  '%d': ({ days }) => two(civilOf(days).day),
  '%e': ({ days }) => String(civilOf(days).day).padStart(2),
  '%F': ({ days }) => `${civilOf(days).year}-${two(civilOf(days).month)}-${two(civilOf(days).day)}`,
  '%G': ({ days }) => String(isoYear(days)),
  '%g': ({ days }) => two(isoYear(days) % 100),
  '%j': ({ days }) => String(dayOfYear(days)).padStart(3, '0'),
  '%m': ({ days }) => two(civilOf(days).month),
  '%n': () => '\n',
  '%Q': ({ days }) => String(Math.ceil(civilOf(days).month / 3)),
  '%t': () => '\t',
  '%U': ({ days }) => two(weekOf(days, 0)),
  '%u': ({ days }) => String(weekdayOf(days) || 7),
  '%V': ({ days }) => two(isoWeek(days)),
  '%W': ({ days }) => two(weekOf(days, 1)),
  '%w': ({ days }) => String(weekdayOf(days)),
  '%Y': ({ days }) => String(civilOf(days).year),
  '%y': ({ days }) => two(civilOf(days).year % 100),
  '%E4Y': ({ days }) => String(civilOf(days).year).padStart(4, '0'),
};

/** Elements of FORMAT_TIMESTAMP. */
export const TIMESTAMP_ELEMENTS: Readonly<Record<string, FormatElement>> = {
  ...DATE_ELEMENTS,
  '%c': (time) => `${write(time, DATE_OF_C)}${clock(time)} ${civilOf(time.days).year}`,
  '%H': ({ second }) => two(hourOf(second)),
  '%I': ({ second }) => two(hourOf12(second)),
  '%k': ({ second }) => String(hourOf(second)).padStart(2),
  '%l': ({ second }) => String(hourOf12(second)).padStart(2),
  '%M': ({ second }) => two(minuteOf(second)),
  '%P': ({ second }) => (second < NOON ? 'am' : 'pm'),
  '%p': ({ second }) => (second < NOON ? 'AM' : 'PM'),
  '%R': ({ second }) => `${two(hourOf(second))}:${two(minuteOf(second))}`,
  '%S': ({ second }) => two(second % 60),
  '%s': ({ days, second, offsetMinutes }) => String(days * DAY_SECONDS + second - offsetMinutes * 60),
  '%T': clock,
  '%X': clock,
  '%Z': ({ offsetMinutes }) => zoneText(offsetMinutes),
  '%z': ({ offsetMinutes }) => offsetText(offsetMinutes, ''),
  '%Ez': ({ offsetMinutes }) => offsetText(offsetMinutes, ':'),
  '%E*S': ({ second, micros }) => `${two(second % 60)}${fraction(micros, 6).replace(/\.?0+$/, '')}`,
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5, 6].map((digits) => [
      `%E${digits}S`,
      ({ second, micros }: LocalTime) => `${two(second % 60)}${fraction(micros, digits)}`,
    ]),
  ),
};

/** `+00`, `-04:56`: how a TIMESTAMP as text ends. */
export function shortOffsetText(minutes: number): string {
  const text = offsetText(minutes, ':');
  return text.endsWith(':00') ? text.slice(0, 3) : text;
}

function offsetText(minutes: number, separator: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${separator}${two(size % 60)}`;
}

/** `UTC`, `UTC+9`, `UTC-0330`. */
function zoneText(minutes: number): string {
  if (minutes === 0) return 'UTC';
  if (minutes % 60 !== 0) return `UTC${offsetText(minutes, '')}`;
  return `UTC${minutes < 0 ? '-' : '+'}${Math.abs(minutes) / 60}`;
}

function americanDate(days: number): string {
  const { year, month, day } = civilOf(days);
  return `${two(month)}/${two(day)}/${two(year % 100)}`;
}

function clock({ second }: LocalTime): string {
  return `${two(hourOf(second))}:${two(minuteOf(second))}:${two(second % 60)}`;
}

function fraction(micros: number, digits: number): string {
  return digits === 0 ? '' : `.${String(micros).padStart(6, '0').slice(0, digits)}`;
}

function hourOf(second: number): number {
  return Math.floor(second / 3600);
}

function hourOf12(second: number): number {
  return ((hourOf(second) + 11) % 12) + 1;
}

function minuteOf(second: number): number {
  return Math.floor(second / 60) % 60;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/** English names, as the format elements read and write them. */
export const DAY_NAMES = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;
export const MONTH_NAMES =
  'January February March April May June July August September October November December'.split(' ');

/** A percent sign and what belongs to it. */
export const ELEMENT = /%(?:E(?:[*\d]S|4Y|.)|.)?/gsu;
const FORMATS = new Map<string, TimeFormat>();
/** Formats are written by people: more of them are held than a registry has. */
const MAX_FORMATS = 1000;
const NOON = 12 * 3600;
/** `%a %b %e `, with which `%c` begins. */
const DATE_OF_C: TimeFormat = [
  ({ days }) =>
    `${DAY_NAMES[weekdayOf(days)]!.slice(0, 3)} ${MONTH_NAMES[civilOf(days).month - 1]!.slice(0, 3)} `,
  ({ days }) => `${String(civilOf(days).day).padStart(2)} `,
];
