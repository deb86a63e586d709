import { isLowSurrogate } from './text.js';
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
  for (let at = 0; at < text.length; ) {
    const first = pointAt(text, at);
    if (isMember(first, delimiters, members)) {
      capitalised += first;
      at += first.length;
      continue;
    }
    const end = wordEnd(text, at + first.length, (point) => isMember(point, delimiters, members));
    capitalised += simpleTitle(first) + simpleLower(text.slice(at + first.length, end));
    at = end;
  }
  return capitalised;
}

/** Full case folding of a text. Source: Unicode, CaseFolding.txt, status C and F. */
export function casefold(text: string): string {
  return mapAssigned(text, (assigned) => assigned.replace(FOLDED, foldPoint));
}

/** What separates words for INITCAP by itself. Source: GoogleSQL, INITCAP; white space as for TRIM. */
export const WORD_DELIMITERS = `${WHITE_SPACE}[](){}/|\\<>!?@"^#$&~_,.:;*%+-`;

function foldPoint(point: string): string {
  const code = point.codePointAt(0)!;
  // Cherokee folds to its capitals, which came first.
  if (code >= 0x13f8 && code <= 0x13fd) return String.fromCodePoint(code - 8);
  if (code >= 0xab70 && code <= 0xabbf) return String.fromCodePoint(code - 0xab70 + 0x13a0);
  return point === '\u1e9e' ? 'ss' : toUpper(point).toLowerCase();
}

function wordEnd(text: string, from: number, isDelimiter: (point: string) => boolean): number {
  let end = from;
  while (end < text.length) {
    const point = pointAt(text, end);
    if (isDelimiter(point)) break;
    end += point.length;
  }
  return end;
}

function pointAt(text: string, at: number): string {
  return text.slice(at, at + (isLowSurrogate(text.charCodeAt(at + 1)) ? 2 : 1));
}

/** Point by point, so that neither a sigma nor a dotted capital i is more than one. */
function simpleLower(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let small = '';
  for (const point of text) small += point === '\u0130' ? 'i' : lower(point);
  return small;
}

/** One code point, where Unicode's full mapping makes several of ligatures and of Greek letters with an iota below. */
function simpleTitle(point: string): string {
  const capital = upper(point);
  if (capital.length === point.length) return capital;
  const code = point.codePointAt(0)!;
  if (/[\u1f80-\u1f87\u1f90-\u1f97\u1fa0-\u1fa7]/.test(point)) return String.fromCodePoint(code + 8);
  return /[\u1fb3\u1fc3\u1ff3]/.test(point) ? String.fromCodePoint(code + 9) : point;
}

/** A final sigma is told by what stands around it, as Unicode 12.1 sorted that; engines have their own versions. */
function toLower(text: string): string {
  if (!text.includes('Σ')) return text.toLowerCase();
  return text.replace(FINAL_SIGMA, 'ς').replaceAll('Σ', 'σ').toLowerCase();
}

/** Of two letters of Unicode 12.1 the capitals are later. */
function toUpper(text: string): string {
  if (!LATER_CAPITAL.test(text)) return text.toUpperCase();
  const parts = text.split(LATER_CAPITAL);
  return parts.map((part, index) => (index % 2 === 0 ? part.toUpperCase() : part)).join('');
}

/** The property is one of decomposed letters, so those are missing that fold to what they decompose to. */
const FOLDED =
  /[\p{Changes_When_Casefolded}\u{1f0}\u{390}\u{3b0}\u{1e96}-\u{1e99}\u{1f50}\u{1f52}\u{1f54}\u{1f56}\u{1fb6}\u{1fc6}\u{1fd2}\u{1fd3}\u{1fd6}\u{1fd7}\u{1fe2}-\u{1fe4}\u{1fe6}\u{1fe7}\u{1ff6}]/gu;
const ASCII = /^[\0-\x7f]*$/;
const IGNORED = '(?:(?!\\u{55f})[\\p{Case_Ignorable}\\u{1734}\\u{1171e}])';
const CASED = `(?!${IGNORED})[\\p{Cased}\\u{295}]`;
/** Source: The Unicode Standard 12.1, table 3-17; as in ICU, what is both cased and ignored is ignored. */
const FINAL_SIGMA = new RegExp(`(?<=${CASED}${IGNORED}*)Σ(?!${IGNORED}*${CASED})`, 'gu');
const LATER_CAPITAL = /([\u019b\u0264])/;
