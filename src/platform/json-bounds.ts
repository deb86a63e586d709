import { PlumblineError } from '../definition/error.js';

/** Deepest nesting of a JSON body: what walks it goes down level by level. */
const MAX_DEPTH = 64;

/** Values of a JSON body: each costs some tens of bytes once it is parsed, however few it has as text. */
const MAX_VALUES = 2_500_000;

/** Throws INVALID_REQUEST or TOO_LARGE for JSON that would cost far more to parse than its size says. */
export function requireBoundedJson(bytes: Uint8Array): void {
  if (isBounded(bytes, false) || isBounded(bytes, true)) return;
  if (isDeep(bytes, 'json')) throw tooDeep();
  throw new PlumblineError('TOO_LARGE', `the body has more than ${MAX_VALUES} values; send it in parts`);
}

/**
 * Whether brackets nest deeper than any JSON that is read. What is no JSON has no texts that could be told apart, so that all
 * its brackets count.
 */
export function isDeep(bytes: Uint8Array, format: 'json' | 'yaml'): boolean {
  return (
    measured(bytes, false).depth > MAX_DEPTH && (format === 'yaml' || measured(bytes, true).depth > MAX_DEPTH)
  );
}

/** Throws INVALID_REQUEST for YAML that nests too deep: its parser takes a hundred times the memory of the text. */
export function requireShallowYaml(bytes: Uint8Array): void {
  if (isDeep(bytes, 'yaml')) throw tooDeep();
}

/** Brackets in texts count too where texts are not told apart, which is faster. */
function isBounded(bytes: Uint8Array, skipsTexts: boolean): boolean {
  const { depth, values } = measured(bytes, skipsTexts);
  return depth <= MAX_DEPTH && values <= MAX_VALUES;
}

function tooDeep(): PlumblineError {
  const message = `the body is nested deeper than ${MAX_DEPTH} levels; no route needs that`;
  return new PlumblineError('INVALID_REQUEST', message, { path: '' });
}

const OPENS = 1;
const CLOSES = 2;
const SEPARATES = 3;

const KINDS = new Uint8Array(256);
for (const byte of Buffer.from('[{')) KINDS[byte] = OPENS;
for (const byte of Buffer.from(']}')) KINDS[byte] = CLOSES;
KINDS[','.charCodeAt(0)] = SEPARATES;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Deepest nesting, and how many values there are at most. */
function measured(
  bytes: Uint8Array,
  skipsTexts: boolean,
): { readonly depth: number; readonly values: number } {
  let [level, depth, values] = [0, 0, 1];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (skipsTexts && byte === QUOTE) at = endOfText(bytes, at);
    const kind = KINDS[byte]!;
    if (kind === 0) continue;
    if (kind === CLOSES) level--;
    else values++;
    if (kind === OPENS && ++level > depth) depth = level;
  }
  return { depth, values };
}

function endOfText(bytes: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
