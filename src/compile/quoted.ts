import type { Mistake } from './problem.js';

/** A string, bytes or backquoted name with its escapes resolved. */
export type Quoted = {
  readonly kind: 'string' | 'bytes' | 'quotedName';
  readonly value: string;
  readonly bytes: Uint8Array | null;
  readonly end: number;
  /** What is wrong in it; it stands for nothing then. */
  readonly mistakes: readonly Mistake[];
  readonly isClosed: boolean;
};

/**
 * Reads a quoted token at `at`, or null when there is none: '…', "…", triple quotes, the prefixes r, b and rb, and names in
 * backquotes. Source: GoogleSQL, "Lexical structure and syntax", string and bytes literals.
 */
export function readQuoted(text: string, at: number): Quoted | null {
  OPENING.lastIndex = at;
  const opening = OPENING.exec(text);
  if (opening === null) return null;
  const prefix = opening[1]!.toLowerCase();
  const quote = opening[2]!;
  if (quote === '`' && prefix !== '') return null;
  const isBytes = prefix.includes('b');
  const body = { text, at, quote, isRaw: prefix.includes('r'), isBytes, mistakes: [] as Mistake[] };
  const read = readBody(body, at + opening[0].length);
  const value = read.parts.join('');
  if (quote === '`' && read.isClosed && value === '') {
    body.mistakes.push({ position: at, message: 'the name in backquotes is empty', found: '``' });
  }
  const { mistakes } = body;
  const { end, isClosed } = read;
  if (!isBytes) {
    return { kind: quote === '`' ? 'quotedName' : 'string', value, bytes: null, end, mistakes, isClosed };
  }
  const bytes = new Uint8Array(Buffer.from(value, 'latin1'));
  return { kind: 'bytes', value: '', bytes, end, mistakes, isClosed };
}

type Body = {
  readonly text: string;
  readonly at: number;
  readonly quote: string;
  readonly isRaw: boolean;
  /** Parts hold one character a byte then. */
  readonly isBytes: boolean;
  readonly mistakes: Mistake[];
};

type Read = { readonly parts: readonly string[]; readonly end: number; readonly isClosed: boolean };

function readBody(body: Body, from: number): Read {
  const { text, quote } = body;
  const parts: string[] = [];
  let at = from;
  while (!text.startsWith(quote, at)) {
    const isOver = at >= text.length || (text[at] === '\\' && at + 1 === text.length);
    const isLineEnd = text[at] === '\n' || text[at] === '\r';
    if (isOver || (quote.length === 1 && isLineEnd)) return unclosed(body);
    const { part, end } = text[at] === '\\' ? readEscape(body, at) : readPlain(body, at);
    parts.push(part);
    at = end;
  }
  return { parts, end: at + quote.length, isClosed: true };
}

/** Everything up to the next character that could end the body or begin an escape; a line ends in \n, however it is written. */
function readPlain(body: Body, at: number): { part: string; end: number } {
  if (body.text[at] === '\r') return { part: '\n', end: at + (body.text[at + 1] === '\n' ? 2 : 1) };
  PLAIN.lastIndex = at;
  const run = PLAIN.exec(body.text)?.[0] ?? body.text[at]!;
  const part = body.isBytes ? Buffer.from(run, 'utf8').toString('latin1') : run;
  return { part, end: at + run.length };
}

function readEscape(body: Body, at: number): { part: string; end: number } {
  const { text, isRaw, isBytes } = body;
  const letter = text[at + 1]!;
  if (isRaw) return readRawEscape(body, at);
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) return { part: simple, end: at + 2 };
  NUMERIC_ESCAPE.lastIndex = at;
  const [whole, octal, hex, short, long] = NUMERIC_ESCAPE.exec(text) ?? [];
  const codePoint =
    octal === undefined ? Number.parseInt(hex ?? short ?? long ?? '', 16) : Number.parseInt(octal, 8);
  const isByte = octal !== undefined || hex !== undefined;
  const allowed = isBytes ? isByte && codePoint <= 0xff : isCodePoint(codePoint);
  if (whole === undefined || !allowed) {
    const found = whole ?? text.slice(at, at + 2).toWellFormed();
    body.mistakes.push({ position: at, message: `"${found}" is no escape here`, found });
    return { part: '', end: at + found.length };
  }
  return { part: String.fromCodePoint(codePoint), end: at + whole.length };
}

/** A raw string keeps its backslashes, and each keeps what follows it: a quote, a line end. */
function readRawEscape(body: Body, at: number): { part: string; end: number } {
  const kept = body.text.startsWith('\r\n', at + 1)
    ? 3
    : 1 + String.fromCodePoint(body.text.codePointAt(at + 1)!).length;
  const part = body.text.slice(at, at + kept);
  return { part: body.isBytes ? Buffer.from(part, 'utf8').toString('latin1') : part, end: at + kept };
}

function isCodePoint(code: number): boolean {
  return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
}

/** Where it should have ended nobody can tell, so it takes all the rest. */
function unclosed({ text, at, quote, mistakes }: Body): Read {
  const what = quote === '`' ? 'name' : 'string';
  const message = `the ${what} is not closed; write ${quote}`;
  mistakes.push({ position: at, message, found: quote });
  return { parts: [], end: text.length, isClosed: false };
}

const OPENING = /([rR][bB]?|[bB][rR]?|)('''|"""|['"`])/y;
const PLAIN = /[^\\'"`\r\n]+/y;
const NUMERIC_ESCAPE = /\\(?:([0-3][0-7]{2})|[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '?': '?',
  '"': '"',
  "'": "'",
  '`': '`',
};
