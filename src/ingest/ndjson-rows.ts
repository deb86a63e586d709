import { PlumblineError } from '../definition/error.js';
import type { RowPlan } from './column-mapping.js';
import { addLine, splitLines } from './ndjson.js';
import { type OfferedSpan, spanRowsOf } from './offered-span.js';
import { RowCollector } from './row-collector.js';

/** Longest line: one that never ends would otherwise gather the whole file. */
const MAX_LINE_BYTES = 16 * 1024 ** 2;

/** Records of a file of JSON lines; a row's ordinal is its line's number from 0. Throws INVALID_FILE for an endless line. */
export async function* ndjsonSpans(
  bytes: AsyncIterable<Uint8Array>,
  plan: RowPlan,
): AsyncIterable<OfferedSpan> {
  const capacity = spanRowsOf(plan.columns.length);
  let collector = new RowCollector(plan, capacity);
  let firstOrdinal = 0;
  let line = 0;
  for await (const block of lineBlocks(bytes)) {
    for (const text of splitLines(block)) {
      addLine(collector, line++, text);
      if (!collector.isFull) continue;
      yield { offered: collector.finish(), firstOrdinal, endOrdinal: line };
      collector = new RowCollector(plan, capacity);
      firstOrdinal = line;
    }
  }
  if (line > firstOrdinal) yield { offered: collector.finish(), firstOrdinal, endOrdinal: line };
}

const NEWLINE = 0x0a;

/** Chunks that end where lines end; a byte order mark in front is none of the text. */
async function* lineBlocks(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  let waiting = 0;
  let first = true;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      yield withoutMark(Buffer.concat([...parts, chunk.subarray(0, end)]), first);
      [parts, waiting, first] = [[], 0, false];
    }
    if (end === chunk.length) continue;
    parts.push(chunk.subarray(end));
    waiting += chunk.length - end;
    if (waiting > MAX_LINE_BYTES) {
      const message = `the file has a line of more than ${MAX_LINE_BYTES} bytes; write one object a line`;
      throw new PlumblineError('INVALID_FILE', message, { path: 'file' });
    }
  }
  if (waiting > 0) yield withoutMark(Buffer.concat(parts), first);
}

function withoutMark(bytes: Uint8Array, isFirst: boolean): Uint8Array {
  const marked = isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return marked ? bytes.subarray(3) : bytes;
}
