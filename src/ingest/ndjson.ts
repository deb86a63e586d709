import { isAscii } from 'node:buffer';
import { parseJsonLossless } from '../definition/json-value.js';
import type { RowCollector } from './row-collector.js';

/** How many lines bytes hold, the last one's end or not. */
export function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines + 1;
}

/**
 * Adds each line's record to `collector`, with the line's number from `firstLine` on as its ordinal: a line that is no JSON
 * is refused and its text kept. Lines of white space are counted and no rows. Returns the number of lines.
 */
export function addLines(collector: RowCollector, bytes: Uint8Array, firstLine: number): number {
  const text = textOf(bytes);
  const lines = text === null ? splitBytes(bytes) : text.split('\n');
  // What follows the last line's end is no line.
  if (lines.at(-1)?.length === 0) lines.pop();
  lines.forEach((line, i) => {
    if (typeof line === 'string') addLine(collector, firstLine + i, line);
    else addBytes(collector, firstLine + i, line);
  });
  return lines.length;
}

const NEWLINE = 0x0a;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LOSSY_UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

function splitBytes(bytes: Uint8Array): (string | Uint8Array)[] {
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

function addBytes(collector: RowCollector, line: number, bytes: Uint8Array): void {
  const text = textOf(bytes);
  if (text !== null) addLine(collector, line, text);
  else collector.refuse(line, LOSSY_UTF8.decode(bytes), [{ path: '', message: 'is no UTF-8' }]);
}

function addLine(collector: RowCollector, line: number, text: string): void {
  const record = parsed(text);
  if (record !== NO_JSON) collector.addJson(line, record);
  else if (text.trim() !== '') {
    collector.refuse(line, text, [{ path: '', message: 'is no JSON text; write one object a line' }]);
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
