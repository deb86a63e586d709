import { floorDivide, formatDate } from '../definition/time.js';
import { compareBytes } from '../definition/value.js';
import { exp, ln } from './runtime/exp-ln.js';
import { divide, floatOfText, intOfFloat, intOfText, round, roundTo, textOfFloat } from './runtime/number.js';
import {
  compareText,
  concat,
  concatBytes,
  lengthOfText,
  replace,
  strpos,
  substr,
  substrOfBytes,
  trim,
  trimEnd,
  trimStart,
  WHITE_SPACE,
} from './runtime/text.js';
import {
  addDays,
  addToTimestamp,
  dateOfTimestamp,
  partOfDate,
  partOfTimestamp,
  timestampOfDate,
} from './runtime/time-part.js';
import { dateOfText, textOfTimestamp, timestampInRange, timestampOfText } from './runtime/time-text.js';

/** What generated kernels call, as `rt.<name>`; each function is total and returns null for NULL (S6). */
export const RUNTIME = {
  addDays,
  addToTimestamp,
  boolOfText,
  bytesOfText,
  compareBytes,
  compareText,
  concat,
  concatBytes,
  dateOfText,
  dateOfTimestamp,
  divide,
  endsWithBytes,
  exp,
  floatOfText,
  floorDivide,
  formatDate,
  intOfFloat,
  intOfText,
  lengthOfText,
  ln,
  partOfDate,
  partOfTimestamp,
  replace,
  round,
  roundTo,
  startsWithBytes,
  strpos,
  substr,
  substrOfBytes,
  textOfBytes,
  textOfFloat,
  textOfTimestamp,
  timestampInRange,
  timestampOfDate,
  timestampOfText,
  trim,
  trimEnd,
  trimStart,
  WHITE_SPACE,
} as const;

/** CAST(STRING AS BOOL). */
function boolOfText(text: string): boolean | null {
  if (text.length > 5) return null;
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : null;
}

function bytesOfText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

/** CAST(BYTES AS STRING); NULL for what is no UTF-8. */
function textOfBytes(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

function startsWithBytes(bytes: Uint8Array, part: Uint8Array): boolean {
  return compareBytes(bytes.subarray(0, part.length), part) === 0;
}

function endsWithBytes(bytes: Uint8Array, part: Uint8Array): boolean {
  return part.length <= bytes.length && compareBytes(bytes.subarray(bytes.length - part.length), part) === 0;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
