import { PlumblineError } from '../definition/error.js';
import { formatDate, formatTimestamp } from '../definition/time.js';
import {
  DATE_MAX_DAYS,
  DATE_MIN_DAYS,
  TIMESTAMP_MAX_US,
  TIMESTAMP_MIN_US,
  type Value,
} from '../definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../definition/value-type.js';

/**
 * Writes values of a type as text. Throws INVALID_FRAME for a time beyond the years 1 to 9999, which only a column that the
 * frame brought along can hold.
 */
export type ValueWriter = (value: Value) => string;

/** As JSON (S4): INT64 beyond ±(2^53−1) as a string, -0.0 as `-0.0`, NaN and the infinities of a frame as strings. */
export function jsonWriter(type: ValueType): ValueWriter {
  const element = elementTypeOf(type);
  if (element === null) return nullAs('null', JSON_WRITERS[type as ScalarType]);
  const write = nullAs('null', JSON_WRITERS[element]);
  return nullAs('null', (value) => `[${(value as readonly Value[]).map(write).join(',')}]`);
}

/** As a field of CSV (S4): NULL is an unquoted empty field, '' a quoted one, an array its JSON. */
export function csvWriter(type: ValueType): ValueWriter {
  const write = elementTypeOf(type) === null ? PLAIN_WRITERS[type as ScalarType] : jsonWriter(type);
  // The others never need quotes.
  if (type !== 'STRING' && type !== 'BYTES' && elementTypeOf(type) === null) return nullAs('', write);
  return nullAs('', (value) => csvText(write(value)));
}

/** Text as a field of CSV, quoted where a reader would otherwise take it for something else. */
export function csvText(text: string): string {
  return text === '' || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A byte order mark in front of a file would be taken off. */
const NEEDS_QUOTES = /[",\r\n]|^\uFEFF/;

function nullAs(text: string, write: ValueWriter): ValueWriter {
  return (value) => (value === null ? text : write(value));
}

/** Values that are not NULL, without quotes. */
const PLAIN_WRITERS: Record<ScalarType, ValueWriter> = {
  BOOL: String,
  INT64: String,
  FLOAT64: (value) => (Object.is(value, -0) ? '-0.0' : String(value)),
  STRING: String,
  BYTES: (value) => Buffer.from(value as Uint8Array).toString('base64'),
  TIMESTAMP: (value) => {
    const us = value as bigint;
    return us >= TIMESTAMP_MIN_US && us <= TIMESTAMP_MAX_US ? formatTimestamp(us) : refuseTime();
  },
  DATE: (value) => {
    const days = value as number;
    return days >= DATE_MIN_DAYS && days <= DATE_MAX_DAYS ? formatDate(days) : refuseTime();
  },
};

const JSON_WRITERS: Record<ScalarType, ValueWriter> = {
  BOOL: String,
  INT64: (value) => {
    const text = String(value);
    return (value as bigint) >= -MAX_SAFE && (value as bigint) <= MAX_SAFE ? text : `"${text}"`;
  },
  FLOAT64: (value) => (Number.isFinite(value) ? PLAIN_WRITERS.FLOAT64(value) : `"${value}"`),
  STRING: (value) => JSON.stringify(value),
  BYTES: (value) => `"${PLAIN_WRITERS.BYTES(value)}"`,
  TIMESTAMP: (value) => `"${PLAIN_WRITERS.TIMESTAMP(value)}"`,
  DATE: (value) => `"${PLAIN_WRITERS.DATE(value)}"`,
};

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function refuseTime(): never {
  const message =
    'the frame holds a time beyond the years 1 to 9999, which text does not carry; ask for Parquet';
  throw new PlumblineError('INVALID_FRAME', message, { path: 'body' });
}
