import { boundedArray, utf8Length } from './array.js';
import { hasMatch, MatchFinder } from './regular-expression-match.js';
import type { RegexpProgram } from './regular-expression-program.js';
import { MAX_TEXT_BYTES } from './text.js';

/** A program, null where an expression is wrong; all functions are NULL then, and for a text beyond its `maxBytes`. */
type Program = RegexpProgram | null;

/** REGEXP_CONTAINS. */
export function regexpContains(text: string, program: Program): boolean | null {
  return program === null || isTooLong(text, program) ? null : hasMatch(program, text);
}

/**
 * REGEXP_EXTRACT: of the occurrence-th match from a position on the group, or all of it where there is none. What stands before
 * the position is as if it was not there. NULL for what is not found, and for a position or an occurrence below 1.
 */
export function regexpExtract(
  text: string,
  program: Program,
  position: bigint,
  occurrence: bigint,
): string | null {
  if (program === null || program.groups > 1) return null;
  const found = foundFrom(text, program, { position, occurrence });
  return found === null ? null : partOf(found.rest, found.slots);
}

/** REGEXP_EXTRACT_ALL; '' for a group that took no part. NULL when the result is too large. */
export function regexpExtractAll(text: string, program: Program): readonly string[] | null {
  if (program === null || program.groups > 1 || isTooLong(text, program)) return null;
  const parts: string[] = [];
  for (const slots of matchesOf(text, program)) parts.push(partOf(text, slots) ?? '');
  return boundedArray(parts);
}

/**
 * REGEXP_INSTR: the place, counted from 1, where what REGEXP_EXTRACT gives begins, or with `after` 1 where it has ended; 0 for
 * what is not found. NULL for a position or an occurrence below 1 and for other values of `after`. An empty match without a
 * group stands behind the code point that follows it, as in GoogleSQL.
 */
export function regexpInstr(
  text: string,
  program: Program,
  { after, ...place }: SearchPlace & { readonly after: bigint },
): bigint | null {
  if (program === null || program.groups > 1 || isTooLong(text, program)) return null;
  if (place.position < 1n || place.occurrence < 1n || (after !== 0n && after !== 1n)) return null;
  const found = text === '' || program.isBlank ? null : foundFrom(text, program, place);
  if (found === null) return 0n;
  const { rest, slots } = found;
  const [start, end] = program.groups === 0 ? consumed(rest, slots) : [slots[2]!, slots[3]!];
  if (start < 0) return 0n;
  return place.position + BigInt(codePointsIn(rest, after === 0n ? start : end));
}

/**
 * REGEXP_REPLACE of every match, left to right; an empty one that touches the one before is none. Source: RE2,
 * GlobalReplace. NULL when the result is too long.
 */
export function regexpReplace(
  text: string,
  program: Program,
  replacement: readonly (string | number)[] | null,
): string | null {
  if (program === null || replacement === null || isTooLong(text, program)) return null;
  if (replacement.some((part) => typeof part === 'number' && part > program.groups)) return null;
  const parts: string[] = [];
  let units = 0;
  let copied = 0;
  for (const slots of replaceableMatches(text, program)) {
    const part = text.slice(copied, slots[0]) + rewritten(text, slots, replacement);
    parts.push(part);
    units += part.length;
    copied = slots[1]!;
    if (units > MAX_TEXT_BYTES) return null;
  }
  return bounded(parts, text.slice(copied));
}

/** Matches one behind the other; behind one that touches the one before and is empty, a code point is left out. */
function* replaceableMatches(text: string, program: RegexpProgram): IterableIterator<Int32Array> {
  const finder = new MatchFinder(program, text);
  let end = -1;
  for (let slots = finder.find(0); slots !== null; ) {
    const isTouching = slots[0] === end && slots[1] === end;
    if (isTouching && end === text.length) return;
    if (!isTouching) {
      yield slots;
      end = slots[1]!;
    }
    slots = finder.find(isTouching ? end + symbolSize(text, end) : end);
  }
}

/** The parts of a replacement: texts, and numbers of groups; null where a backslash is followed by anything else. Source: RE2, Rewrite. */
export function replacementParts(replacement: string): readonly (string | number)[] | null {
  const parts: (string | number)[] = [];
  for (const piece of replacement.split(/(\\.|\\$)/s)) {
    if (!piece.startsWith('\\')) parts.push(piece);
    else if (piece === '\\\\') parts.push('\\');
    else if (/^\\\d$/.test(piece)) parts.push(Number(piece[1]));
    else return null;
  }
  return parts.filter((part) => part !== '');
}

/** From which code point on, and which of the matches, both from 1. */
type SearchPlace = { readonly position: bigint; readonly occurrence: bigint };

function isTooLong(text: string, { maxBytes }: RegexpProgram): boolean {
  return text.length * 3 > maxBytes && utf8Length(text) > maxBytes;
}

function foundFrom(
  text: string,
  program: RegexpProgram,
  { position, occurrence }: SearchPlace,
): { readonly rest: string; readonly slots: Int32Array } | null {
  if (position < 1n || occurrence < 1n || isTooLong(text, program)) return null;
  const rest = position === 1n ? text : text.slice(offsetOf(text, position));
  // Only of an empty text is its end a place to search from.
  if (rest === '' && (text !== '' || position > 1n)) return null;
  let count = 0n;
  for (const slots of matchesOf(rest, program)) if (++count === occurrence) return { rest, slots };
  return null;
}

/** Matches one behind the other, as extraction finds them: behind an empty one a code point is left out, the end is none. */
function* matchesOf(text: string, program: RegexpProgram): IterableIterator<Int32Array> {
  const finder = new MatchFinder(program, text);
  let at = 0;
  do {
    const slots = finder.find(at);
    if (slots === null) return;
    yield slots;
    at = consumed(text, slots)[1];
  } while (at < text.length);
}

/** From where to where a match takes a text away; an empty one takes the code point behind it and stands at its end. */
function consumed(text: string, slots: Int32Array): readonly [start: number, end: number] {
  const [start, end] = [slots[0]!, slots[1]!];
  if (start < end) return [start, end];
  const behind = end + symbolSize(text, end);
  return [behind, behind];
}

/** The group, else all of a match; null for a group that took no part. */
function partOf(text: string, slots: Int32Array): string | null {
  const place = slots.length > 2 ? 2 : 0;
  return slots[place]! < 0 ? null : text.slice(slots[place], slots[place + 1]);
}

function rewritten(text: string, slots: Int32Array, replacement: readonly (string | number)[]): string {
  return replacement
    .map((part) => {
      if (typeof part === 'string') return part;
      return slots[2 * part]! < 0 ? '' : text.slice(slots[2 * part], slots[2 * part + 1]);
    })
    .join('');
}

function bounded(parts: readonly string[], last: string): string | null {
  const units = parts.reduce((sum, part) => sum + part.length, last.length);
  if (units > MAX_TEXT_BYTES) return null;
  const text = parts.join('') + last;
  return units * 3 <= MAX_TEXT_BYTES || utf8Length(text) <= MAX_TEXT_BYTES ? text : null;
}

/** The offset of the code point at a position from 1. */
function offsetOf(text: string, position: bigint): number {
  let at = 0;
  for (let place = 1n; place < position && at < text.length; place++) at += symbolSize(text, at);
  return at;
}

function codePointsIn(text: string, end: number): number {
  let count = 0;
  for (let at = 0; at < end; at += symbolSize(text, at)) count++;
  return count;
}

/** Units of the code point at an offset; 0 at the end. */
function symbolSize(text: string, at: number): number {
  if (at >= text.length) return 0;
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1;
}
