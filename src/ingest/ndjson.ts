import { isAscii } from 'node:buffer';
import { parseJsonLossless } from '../definition/json-value.js';
import { isDeep } from '../platform/json-bounds.js';
import type { RowCollector } from './row-collector.js';

/** A line as text; as bytes where it is not UTF-8. */
export type JsonLine = string | Uint8Array;

/** The lines of bytes, the last one's end or not. */
export function splitLines(bytes: Uint8Array): readonly JsonLine[] {
  const text = textOf(bytes);
  const lines: JsonLine[] = text === null ? splitBytes(bytes) : text.split('\n');
  // What follows the last line's end is no line.
  if (lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

/**
 * Adds a line's record to `collector`, with the line's number as its ordinal: a line that is no JSON is refused and its text
 * kept. A line of white space is no row.
 */
export function addLine(collector: RowCollector, ordinal: number, line: JsonLine): void {
  const read = readJson(line);
  if (read === null) return;
  if ('record' in read) collector.addJson(ordinal, read.record);
  else collector.refuse(ordinal, read.text, [{ path: '', message: read.problem }]);
}

/** What a JSON text holds, or why nothing can be read of it, with its text; null for white space. */
export function readJson(
  line: JsonLine,
): { readonly record: unknown } | { readonly text: string; readonly problem: string } | null {
  const text = typeof line === 'string' ? line : textOf(line);
  if (text === null) return { text: LOSSY_UTF8.decode(line as Uint8Array), problem: 'is no UTF-8' };
  if (text.trim() === '') return null;
  if (text.length > SHORT_LINE_CHARS && isDeep(Buffer.from(text), 'json'))
    return { text, problem: 'is nested too deep for a row' };
  const record = parsed(text);
  return record === NO_JSON ? { text, problem: 'is no JSON text; write one object a line' } : { record };
}

/** A shorter line costs little to parse, however deep it nests. */
const SHORT_LINE_CHARS = 4 * 1024;

const NEWLINE = 0x0a;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LOSSY_UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

function splitBytes(bytes: Uint8Array): JsonLine[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return [...lines, bytes.subarray(start)];
}

/** The text of bytes; null when they are no UTF-8. */
function textOf(bytes: Uint8Array): string | null {
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

const NO_JSON = Symbol('no JSON');

function parsed(text: string): unknown {
  try {
    return parseJsonLossless(text);
  } catch {
    return NO_JSON;
  }
}
