import { delimiter } from 'node:path';
import { closestName } from '../definition/closest-name.js';
import { parseDuration } from '../definition/duration.js';
import { PlumblineError } from '../definition/error.js';
import { parseTimestamp } from '../definition/time.js';

/** A setting as it was given, and where: the file and name, or the variable. */
export type Given = { readonly value: unknown; readonly from: string };

/** Reads one setting, or gives what counts without it. */
export type TakeSetting<S extends string> = <T>(name: S, read: (given: Given) => T, fallback: T) => T;

/** The same name, where it is one of `names`. Throws INVALID_DOCUMENT with the nearest one. */
export function known<T extends string>(name: string, names: readonly T[], where: string): T {
  const found = names.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  const near = closestName(name, names);
  const remedy = near === null ? `known are ${names.join(', ')}` : `did you mean "${near}"?`;
  throw refusal(where, `unknown setting "${name}"; ${remedy}`);
}

/** The error for a setting that cannot be used. */
export function refusal(where: string, message: string): PlumblineError {
  return new PlumblineError('INVALID_DOCUMENT', `${where}: ${message}`, { path: where });
}

/** One of a few words. */
export function choice<T extends string>(words: readonly T[]): (given: Given) => T {
  return (given) => {
    const found = words.find((word) => word === given.value);
    if (found !== undefined) return found;
    throw refusal(given.from, `${JSON.stringify(given.value)} is none of ${words.join(', ')}`);
  };
}

/** A text that is not empty. */
export function text({ value, from }: Given): string {
  if (typeof value === 'string' && value !== '') return value;
  throw refusal(from, `${JSON.stringify(value)} is no text`);
}

/** A list, or in a variable what the system puts between paths. */
export function texts(given: Given): readonly string[] {
  return textsBetween(delimiter)(given);
}

/** A list, or in a variable one text with `separator` between its items. */
export function textsBetween(separator: string): (given: Given) => readonly string[] {
  return (given) => {
    const { value, from } = given;
    if (Array.isArray(value)) return value.map((item: unknown) => text({ value: item, from }));
    return text(given).split(separator);
  };
}

/** true or false; in a variable as text. */
export function truth({ value, from }: Given): boolean {
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw refusal(from, `${JSON.stringify(value)} is neither true nor false`);
}

/** Microseconds since the Unix epoch. */
export function instant(given: Given): bigint {
  const us = parseTimestamp(text(given));
  if (us !== null) return us;
  throw refusal(given.from, `"${String(given.value)}" is no instant; write it as 2013-12-30T23:30:00Z`);
}

/** A whole number, both bounds included. */
export function wholeNumber(from: number, to: number): (given: Given) => number {
  return (given) => {
    const number = typeof given.value === 'string' ? Number(given.value) : given.value;
    if (Number.isInteger(number) && Number(number) >= from && Number(number) <= to) {
      return Number(number);
    }
    throw refusal(given.from, `${String(given.value)} is no whole number from ${from} to ${to}`);
  };
}

/** A number from 0 to 1. */
export function share(given: Given): number {
  const number = typeof given.value === 'string' ? Number(given.value) : given.value;
  if (typeof number === 'number' && number >= 0 && number <= 1 && given.value !== '') return number;
  throw refusal(given.from, `${String(given.value)} is no share; write a number from 0 (none) to 1 (all)`);
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
};

/** Bytes, from such as `512MiB`. */
export function sizeBytes(given: Given): number {
  const match = /^([1-9][0-9]{0,8})([KMG]i?B|)$/.exec(String(given.value));
  if (match) return Number(match[1]) * SIZE_UNITS[match[2]!]!;
  throw refusal(given.from, `${String(given.value)} is no size; write bytes, or such as "512MiB"`);
}

/** {@link sizeBytes} of whole numbers of bytes, both bounds included. */
export function sizeWithin(fromBytes: number, toBytes: number): (given: Given) => number {
  return (given) => {
    const bytes = sizeBytes(given);
    if (bytes >= fromBytes && bytes <= toBytes) return bytes;
    throw refusal(given.from, `${String(given.value)} is not between ${fromBytes} and ${toBytes} bytes`);
  };
}

/** Microseconds, from such as `15m`. */
export function durationUs(given: Given): bigint {
  return parseDuration(text(given), given.from);
}

/** {@link durationUs} in milliseconds, for timers: 1 ms to 1 day. */
export function durationMs(given: Given): number {
  const us = durationUs(given);
  if (us >= 1_000n && us <= 86_400_000_000n) return Number(us / 1_000n);
  throw refusal(given.from, `"${String(given.value)}" is not between 1ms and 1d`);
}
