import { isMember, membersOf, WHITE_SPACE } from './trim.js';
import { isLatin, mapAssigned } from './unicode-version.js';

/** LOWER: Unicode's full mapping, in which a final capital sigma has a form of its own. */
export function lower(text: string): string {
  return isLatin(text) ? text.toLowerCase() : mapAssigned(text, toLower);
}

/** UPPER: Unicode's full mapping. */
export function upper(text: string): string {
  return isLatin(text) ? text.toUpperCase() : mapAssigned(text, toUpper);
}

/**
 * INITCAP: the first code point of each word as a title's, the others small, by Unicode's simple mappings, which keep one code
 * point one. Words stand between code points of `delimiters`.
 */
export function initcap(text: string, delimiters: string): string {
  const members = membersOf(delimiters);
  let capitalised = '';
  let isFirst = true;
  for (const point of text) {
    const isDelimiter = isMember(point, delimiters, members);
    capitalised += isDelimiter ? point : isFirst ? simpleTitle(point) : simpleLower(point);
    isFirst = isDelimiter;
  }
  return capitalised;
}

/** Full case folding of a text. Source: Unicode, CaseFolding.txt, status C and F. */
export function casefold(text: string): string {
  let folded = '';
  for (const point of text) folded += foldPoint(point);
  return folded;
}

/** What separates words for INITCAP by itself. Source: GoogleSQL, INITCAP; white space as for TRIM. */
export const WORD_DELIMITERS = `${WHITE_SPACE}[](){}/|\\<>!?@"^#$&~_,.:;*%+-`;

function foldPoint(point: string): string {
  const code = point.codePointAt(0)!;
  if (code < 0x80) return point.toLowerCase();
  // Cherokee folds to its capitals, which came first.
  if (code >= 0x13a0 && code <= 0x13f5) return point;
  if (code >= 0x13f8 && code <= 0x13fd) return String.fromCodePoint(code - 8);
  if (code >= 0xab70 && code <= 0xabbf) return String.fromCodePoint(code - 0xab70 + 0x13a0);
  if (point === '\u0131') return point;
  return point === '\u1e9e' ? 'ss' : lower(upper(point));
}

function simpleLower(point: string): string {
  return point === '\u0130' ? 'i' : lower(point);
}

/** One code point, where Unicode's full mapping makes several of ligatures and of Greek letters with an iota below. */
function simpleTitle(point: string): string {
  const capital = upper(point);
  if (capital.length === point.length) return capital;
  const code = point.codePointAt(0)!;
  if (/[\u1f80-\u1f87\u1f90-\u1f97\u1fa0-\u1fa7]/.test(point)) return String.fromCodePoint(code + 8);
  return /[\u1fb3\u1fc3\u1ff3]/.test(point) ? String.fromCodePoint(code + 9) : point;
}

function toLower(text: string): string {
  return text.toLowerCase();
}

/** Of two letters of Unicode 12.1 the capitals are later. */
function toUpper(text: string): string {
  if (!LATER_CAPITAL.test(text)) return text.toUpperCase();
  const parts = text.split(LATER_CAPITAL);
  return parts.map((part, index) => (index % 2 === 0 ? part.toUpperCase() : part)).join('');
}

const LATER_CAPITAL = /([\u019b\u0264])/;
