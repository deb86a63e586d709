import { Temporal } from 'temporal-polyfill';
import type { Value } from '../../src/definition/value.js';
import { dateOf, daysOf, orNull } from './oracle-date.js';
import type { StrictOperation } from './oracle-kind.js';
import { TIMES } from './oracle-time.js';
import { zoned, zoneId } from './oracle-zone.js';

/** CAST between scalar types; texts by GoogleSQL's rules. */
export const CASTS: Readonly<Record<string, StrictOperation>> = {
  cast_int64_bool: ([n]) => n !== 0n,
  cast_int64_float64: ([n]) => Number(n),
  cast_int64_string: ([n]) => (n as bigint).toString(),
  cast_float64_int64: ([x]) => {
    const size = Math.abs(Number(x));
    const whole = BigInt(Math.floor(size)) + (size - Math.floor(size) >= 0.5 ? 1n : 0n);
    return Number(x) < 0 ? -whole : whole;
  },
  cast_float64_string: ([x]) => floatText(Number(x)),
  cast_bool_int64: ([b]) => (b === true ? 1n : 0n),
  cast_bool_string: ([b]) => (b === true ? 'true' : 'false'),
  cast_string_bool: ([s]) => {
    if (!/^[a-zA-Z]+$/.test(String(s))) return null;
    const word = String(s).toUpperCase();
    return word === 'TRUE' ? true : word === 'FALSE' ? false : null;
  },
  cast_string_int64: ([s]) => {
    const text = stripped(String(s));
    const digits = text.replace(/^[-+]/, '');
    if (!/^(\d+|0[xX][0-9a-fA-F]+)$/.test(digits)) return null;
    // Before hexadecimal digits the reference skips spaces alone.
    if (/x/i.test(digits) && !/^ *[-+]?0/.test(String(s))) return null;
    return text.startsWith('-') ? -BigInt(digits) : BigInt(digits);
  },
  cast_string_float64: ([s]) => {
    const text = stripped(String(s));
    const isDecimal = /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text);
    return isDecimal ? Number(text) : hexFloat(text);
  },
  cast_string_bytes: ([s]) => new TextEncoder().encode(String(s)),
  cast_string_date: ([s]) => {
    const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(String(s));
    return match && orNull(() => daysOf(plainDate(match.slice(1))));
  },
  cast_string_timestamp: ([s]) => orNull(() => timestamp(String(s))),
  cast_bytes_string: ([b]) =>
    orNull(() => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(b as Uint8Array)),
  cast_date_string: ([d]) => dateOf(d).toString(),
  cast_date_timestamp: ([d]) => dateOf(d).toZonedDateTime('UTC').epochNanoseconds / 1000n,
  cast_timestamp_string: ([t]) => {
    const time = zoned(t, 'UTC');
    const micros = time.millisecond * 1000 + time.microsecond;
    const digits = micros === 0 ? 0 : micros % 1000 === 0 ? 3 : 6;
    return `${time.toPlainDateTime().toString({ fractionalSecondDigits: digits }).replace('T', ' ')}+00`;
  },
  cast_timestamp_date: ([t]) => daysOf(zoned(t, 'UTC').toPlainDate()),
};

function stripped(text: string): string {
  const spaces = ' \t\n\v\f\r';
  let [start, end] = [0, text.length];
  while (start < end && spaces.includes(text[start]!)) start++;
  while (end > start && spaces.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}

function plainDate([year, month, day]: readonly string[]): Temporal.PlainDate {
  const fields = { year: Number(year), month: Number(month), day: Number(day) };
  return Temporal.PlainDate.from(fields, { overflow: 'reject' });
}

/** A local time, then `Z`, an offset, or a space and a zone; behind a date alone a space and an offset. */
function timestamp(text: string): Value {
  const [, local, offset, zone, late] =
    /^(\d+-\d+-\d+(?:[ Tt][\d:.]+?)?)(?:([Zz]|[-+]\d{1,2}(?::?\d{1,2})?)| ([A-Za-z][\w/+:-]*)|[ Tt]([-+]\d[\d:]*))?$/.exec(
      text,
    )!;
  const hasClock = /[ Tt]/.test(local!);
  if (!hasClock && (offset ?? zone) !== undefined) throw new RangeError(text);
  if (hasClock && late !== undefined) throw new RangeError(text);
  const written = offset ?? zone ?? late;
  const isUtc = written === undefined || (zone === undefined && written.toUpperCase() === 'Z');
  return TIMES['timestamp_of_text']!([local!], { zone: isUtc ? 'UTC' : zoneId(written!) });
}

/** Hexadecimal floats, written out as the decimal that they are: reading it rounds once. */
function hexFloat(text: string): Value {
  const match = /^([-+]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)(?:[pP]([-+]?\d+))?$/.exec(text);
  if (match === null || match[2] === undefined || `${match[2]}${match[3]}` === '') return null;
  const mantissa = BigInt(`0x${match[2]}${match[3]}`);
  const power = Number(match[4] ?? 0) - 4 * match[3]!.length;
  const value =
    mantissa === 0n || Math.abs(power) > 20_000 ? beyond(mantissa, power) : exactly(mantissa, power);
  return match[1] === '-' ? -value : value;
}

function exactly(mantissa: bigint, power: number): number {
  if (power >= 0) return Number(mantissa * 2n ** BigInt(power));
  return Number(`${mantissa * 5n ** BigInt(-power)}e${power}`);
}

/** The generator makes no texts so long that they would bring these powers back. */
function beyond(mantissa: bigint, power: number): number {
  return mantissa === 0n || power < 0 ? 0 : Number.POSITIVE_INFINITY;
}

/** C's printf("%.15g"), or "%.17g" where 15 digits do not read back. */
function floatText(x: number): string {
  if (x === 0) return '0';
  const sign = x < 0 ? '-' : '';
  const short = digitsOf(Math.abs(x), 15);
  const [digits, exponent] = readBack(short) === Math.abs(x) ? short : digitsOf(Math.abs(x), 17);
  if (exponent < -4 || exponent >= digits.length) {
    const shown = Math.abs(exponent) < 10 ? `0${Math.abs(exponent)}` : `${Math.abs(exponent)}`;
    const significand = withoutZeros(`${digits[0]}.${digits.slice(1)}`);
    return `${sign}${significand}e${exponent < 0 ? '-' : '+'}${shown}`;
  }
  const padded = exponent < 0 ? '0'.repeat(-exponent) + digits : digits;
  const point = exponent < 0 ? 1 : exponent + 1;
  return withoutZeros(`${sign}${padded.slice(0, point)}.${padded.slice(point)}`);
}

type Digits = readonly [digits: string, exponent: number];

function readBack([digits, exponent]: Digits): number {
  return Number(`${digits[0]}.${digits.slice(1)}e${exponent}`);
}

/** The decimal that a double is, as an integer over 10^1074, cut to so many digits, halves to the even one. */
function digitsOf(size: number, count: number): Digits {
  const all = (
    size < 1 ? ofFraction(size) : BigInt(Math.trunc(size)) * TEN_1074 + ofFraction(size % 1)
  ).toString();
  const unit = 10n ** BigInt(Math.max(all.length - count, 0));
  const value = BigInt(all);
  const [kept, rest] = [value / unit, value % unit];
  const up = rest * 2n > unit || (rest * 2n === unit && kept % 2n === 1n);
  const digits = (up ? kept + 1n : kept).toString().padEnd(count, '0');
  return [digits.slice(0, count), all.length - 1 - 1074 + (digits.length > count ? 1 : 0)];
}

/** A number below 1 over 10^1074: 2^1074 times it is an integer. */
function ofFraction(size: number): bigint {
  let [mantissa, power] = [size, 0];
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    power++;
  }
  return BigInt(mantissa) * 5n ** BigInt(power) * 10n ** BigInt(1074 - power);
}

const TEN_1074 = 10n ** 1074n;

function withoutZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/0+$/, '').replace(/\.$/, '') : decimal;
}
