import { PlumblineError } from '../definition/error.js';

/** Longest line of a text of lines: one that never ends would otherwise gather the whole file. */
const MAX_LINE_CHARS = 16 * 1024 ** 2;

/** Bytes as text, code points as they came but for a byte order mark in front. Throws INVALID_FRAME for what is no UTF-8. */
export async function* textOfUtf8(bytes: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes) yield decoded(() => decoder.decode(chunk, { stream: true }));
  yield decoded(() => decoder.decode());
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch {
    const message = 'the body holds bytes that are no UTF-8; write it as UTF-8';
    throw new PlumblineError('INVALID_FRAME', message, { path: 'body' });
  }
}

/** The lines of a text without their LF or CRLF, those of one chunk together; an end of line ends the last one. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncIterable<readonly string[]> {
  let parts: string[] = [];
  let waiting = 0;
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf('\n');
    if (end >= 0) {
      const lines = [...parts, chunk.slice(0, end)].join('').split('\n');
      yield lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
      [parts, waiting] = [[], 0];
    }
    parts.push(chunk.slice(end + 1));
    waiting += chunk.length - end - 1;
    if (waiting > MAX_LINE_CHARS) {
      const message = `the body has a line of more than ${MAX_LINE_CHARS} characters; write an object a line`;
      throw new PlumblineError('INVALID_FRAME', message, { path: 'body' });
    }
  }
  if (waiting > 0) yield [parts.join('')];
}
