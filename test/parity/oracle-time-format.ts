import type { Temporal } from 'temporal-polyfill';
import { weekOf } from './oracle-date.js';

/** A time as text by a format, on clocks that are so many minutes ahead of UTC. */
export function formatted(format: string, time: Temporal.PlainDateTime, minutes: number): string {
  return format.replace(/%(?:E[*0-6]S|E4Y|Ez|[A-Za-z%])/g, (element) => {
    const digits = /^%E([0-6*])S$/.exec(element)?.[1];
    if (digits !== undefined) return secondText(time, digits);
    const short = SHORTHANDS[element];
    return short === undefined ? TEXTS[element]!(time, minutes) : formatted(short, time, minutes);
  });
}

/** The second with so many digits of its fraction; `*` is as many as it needs. */
function secondText(time: Temporal.PlainDateTime, digits: string): string {
  const micros = String(1_000_000 + time.millisecond * 1000 + time.microsecond).substring(1);
  const shown = digits === '*' ? micros.replace(/0*$/, '') : micros.substring(0, Number(digits));
  return shown === '' ? two(time.second) : `${two(time.second)}.${shown}`;
}

const TEXTS: Readonly<Record<string, (time: Temporal.PlainDateTime, minutes: number) => string>> = {
  '%%': () => '%',
  '%n': () => '\n',
  '%t': () => '\t',
  '%Y': (t) => String(t.year),
  '%E4Y': (t) => String(t.year).padStart(4, '0'),
  '%C': (t) => String((t.year - (t.year % 100)) / 100),
  '%y': (t) => two(t.year % 100),
  '%G': (t) => String(t.yearOfWeek),
  '%g': (t) => two(t.yearOfWeek! % 100),
  '%Q': (t) => String(1 + Math.floor((t.month - 1) / 3)),
  '%m': (t) => two(t.month),
  '%B': (t) => MONTHS[t.month - 1]!,
  '%b': (t) => MONTHS[t.month - 1]!.substring(0, 3),
  '%d': (t) => two(t.day),
  '%e': (t) => spaced(t.day),
  '%j': (t) => String(1000 + t.dayOfYear).substring(1),
  '%A': (t) => WEEKDAYS[t.dayOfWeek - 1]!,
  '%a': (t) => WEEKDAYS[t.dayOfWeek - 1]!.substring(0, 3),
  '%u': (t) => String(t.dayOfWeek),
  '%w': (t) => String(t.dayOfWeek % 7),
  '%U': (t) => two(weekOf(t.toPlainDate(), 7)),
  '%W': (t) => two(weekOf(t.toPlainDate(), 1)),
  '%V': (t) => two(t.weekOfYear!),
  '%H': (t) => two(t.hour),
  '%I': (t) => two(t.hour % 12 === 0 ? 12 : t.hour % 12),
  '%k': (t) => spaced(t.hour),
  '%l': (t) => spaced(t.hour % 12 === 0 ? 12 : t.hour % 12),
  '%p': (t) => (t.hour < 12 ? 'AM' : 'PM'),
  '%P': (t) => (t.hour < 12 ? 'am' : 'pm'),
  '%M': (t) => two(t.minute),
  '%S': (t) => two(t.second),
  '%s': (t, minutes) => {
    const { epochMilliseconds } = t.toZonedDateTime('UTC');
    return String((epochMilliseconds - t.millisecond) / 1000 - minutes * 60);
  },
  '%Z': (_, minutes) => {
    if (minutes === 0) return 'UTC';
    const isWhole = minutes % 60 === 0;
    return isWhole ? `UTC${minutes < 0 ? '' : '+'}${minutes / 60}` : `UTC${offsetText(minutes, '')}`;
  },
  '%z': (_, minutes) => offsetText(minutes, ''),
  '%Ez': (_, minutes) => offsetText(minutes, ':'),
};

/** Elements that stand for several. */
const SHORTHANDS: Readonly<Record<string, string>> = {
  '%h': '%b',
  '%D': '%m/%d/%y',
  '%x': '%m/%d/%y',
  '%F': '%Y-%m-%d',
  '%T': '%H:%M:%S',
  '%X': '%H:%M:%S',
  '%R': '%H:%M',
  '%c': '%a %b %e %H:%M:%S %Y',
};

function offsetText(minutes: number, between: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${between}${two(size % 60)}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}

function spaced(number: number): string {
  return number < 10 ? ` ${number}` : `${number}`;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
