import { boundedText, codePointCount, MAX_TEXT_BYTES, unitOffset } from './text.js';

/** STRPOS: the 1-based code point at which `part` first begins, 0 if nowhere. */
export function strpos(text: string, part: string): bigint {
  const at = part.length <= NATIVE_PART ? text.indexOf(part) : (startsOf(text, part)[0] ?? -1);
  return at < 0 ? 0n : BigInt(codePointCount(text.slice(0, at)) + 1);
}

/**
 * INSTR: the 1-based code point at which the `occurrence`-th `part` begins, overlapping ones too, counted from `position`:
 * to the right from there, or if negative to the left from that far before the end; 0 if nowhere. NULL for position 0 and
 * occurrence below 1. Source: GoogleSQL, INSTR.
 */
export function instr(text: string, part: string, position: bigint, occurrence: bigint): bigint | null {
  if (position === 0n || occurrence < 1n) return null;
  const count = codePointCount(text);
  // An empty part begins before every code point and behind the last.
  const places = part === '' ? count + 1 : count;
  const from = Number(position) + (position > 0n ? -1 : places);
  if (from < 0 || from >= places) return 0n;
  const isForward = position > 0n;
  const step = (Number(occurrence) - 1) * (isForward ? 1 : -1);
  if (part === '') return from + step < 0 || from + step > count ? 0n : BigInt(from + step + 1);
  const found = startAt(startsOf(text, part), unitOffset(text, 0, from), isForward, step);
  return found === undefined ? 0n : BigInt(codePointCount(text.slice(0, found)) + 1);
}

/** REPLACE of every occurrence, left to right; an empty `from` changes nothing. NULL when the result is too long. */
export function replace(text: string, from: string, to: string): string | null {
  const replaced = replaceUnits(text, from, to);
  return replaced === null ? null : boundedText(replaced);
}

/** REPLACE of bytes as characters U+0000 to U+00FF. */
export function replaceUnits(text: string, from: string, to: string): string | null {
  if (from === '') return text.length > MAX_TEXT_BYTES ? null : text;
  const parts = from.length <= NATIVE_PART ? text.split(from) : partsBetween(text, from);
  if (parts.length === 1) return text.length > MAX_TEXT_BYTES ? null : text;
  const units = text.length + (parts.length - 1) * (to.length - from.length);
  return units > MAX_TEXT_BYTES ? null : parts.join(to);
}

/**
 * TRANSLATE: each code point of `source` becomes the one of `target` at the same place, or nothing behind its end. NULL
 * when `source` has one twice, and when the result is too long.
 */
export function translate(text: string, source: string, target: string): string | null {
  const translated = translateUnits(text, source, target);
  return translated === null ? null : boundedText(translated);
}

/** TRANSLATE of bytes as characters U+0000 to U+00FF. */
export function translateUnits(text: string, source: string, target: string): string | null {
  const mapping = new Map<string, string>();
  const targets = [...target];
  for (const point of source) {
    if (mapping.has(point)) return null;
    mapping.set(point, targets[mapping.size] ?? '');
  }
  let translated = '';
  for (const point of text) {
    translated += mapping.get(point) ?? point;
    if (translated.length > MAX_TEXT_BYTES) return null;
  }
  return translated;
}

/** The start `step` further than the first one on that side of a unit. */
function startAt(
  starts: readonly number[],
  unit: number,
  isForward: boolean,
  step: number,
): number | undefined {
  const first = isForward
    ? starts.findIndex((start) => start >= unit)
    : starts.findLastIndex((start) => start <= unit);
  return first < 0 ? undefined : starts[first + step];
}

function partsBetween(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let end = 0;
  for (const start of startsOf(text, separator)) {
    if (start < end) continue;
    parts.push(text.slice(end, start));
    end = start + separator.length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** Units at which a part that is not empty begins, overlapping ones too, in time linear in both lengths. */
function startsOf(text: string, part: string): readonly number[] {
  if (part.length > NATIVE_PART) return startsOfLong(text, part);
  const starts: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) starts.push(at);
  return starts;
}

/** Knuth, Morris, Pratt: Fast Pattern Matching in Strings. SIAM Journal on Computing 6 (1977). */
function startsOfLong(text: string, part: string): readonly number[] {
  const borders = bordersOf(part);
  const starts: number[] = [];
  let matched = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    while (matched > 0 && (matched === part.length || unit !== part.charCodeAt(matched))) {
      matched = borders[matched - 1]!;
    }
    if (unit === part.charCodeAt(matched)) matched++;
    if (matched === part.length) starts.push(i + 1 - matched);
  }
  return starts;
}

/** For each prefix of the part, the length of the longest shorter prefix that it ends with. */
function bordersOf(part: string): Uint32Array {
  const borders = new Uint32Array(part.length);
  let border = 0;
  for (let i = 1; i < part.length; i++) {
    const unit = part.charCodeAt(i);
    while (border > 0 && unit !== part.charCodeAt(border)) border = borders[border - 1]!;
    if (unit === part.charCodeAt(border)) border++;
    borders[i] = border;
  }
  return borders;
}

/** Units of a part up to which engines' own search is faster; beyond, some texts take it time in the product of lengths. */
const NATIVE_PART = 64;
