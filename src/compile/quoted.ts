import { SyntaxMistake } from './problem.js';

/** A string, bytes or backquoted name with its escapes resolved. */
export type Quoted = {
  readonly kind: 'string' | 'bytes' | 'quotedName';
  readonly value: string;
  readonly bytes: Uint8Array | null;
  readonly end: number;
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
  const body = { text, at, quote, isRaw: prefix.includes('r'), isBytes };
  const { parts, end } = readBody(body, at + opening[0].length);
  if (quote === '`') return quotedName(parts.join(''), at, end);
  if (!isBytes) return { kind: 'string', value: parts.join(''), bytes: null, end };
  return { kind: 'bytes', value: '', bytes: new Uint8Array(Buffer.from(parts.join(''), 'latin1')), end };
}

type Body = {
  readonly text: string;
  readonly at: number;
  readonly quote: string;
  readonly isRaw: boolean;
  /** Parts hold one character a byte then. */
  readonly isBytes: boolean;
};

function readBody(body: Body, from: number): { parts: readonly string[]; end: number } {
  const { text, quote } = body;
  const parts: string[] = [];
  let at = from;
  while (!text.startsWith(quote, at)) {
    if (at >= text.length || (quote.length === 1 && text[at] === '\n')) throw unclosed(body);
    const { part, end } = text[at] === '\\' ? readEscape(body, at) : readPlain(body, at);
    parts.push(part);
    at = end;
  }
  return { parts, end: at + quote.length };
}

/** Everything up to the next character that could end the body or begin an escape. */
function readPlain(body: Body, at: number): { part: string; end: number } {
  PLAIN.lastIndex = at;
  const run = PLAIN.exec(body.text)?.[0] ?? body.text[at]!;
  const part = body.isBytes ? Buffer.from(run, 'utf8').toString('latin1') : run;
  return { part, end: at + run.length };
}

function readEscape(body: Body, at: number): { part: string; end: number } {
  const { text, isRaw, isBytes } = body;
  const letter = text[at + 1];
  if (letter === undefined) throw unclosed(body);
  if (isRaw) return readRawEscape(text, at);
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
    throw new SyntaxMistake({ position: at, message: `"${found}" is no escape here`, found });
  }
  return { part: String.fromCodePoint(codePoint), end: at + whole.length };
}

/** A raw string keeps its backslashes; one before a quote keeps the string open. */
function readRawEscape(text: string, at: number): { part: string; end: number } {
  const end = at + (/[\\'"`]/.test(text[at + 1]!) ? 2 : 1);
  return { part: text.slice(at, end), end };
}

function isCodePoint(code: number): boolean {
  return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
}

function quotedName(value: string, at: number, end: number): Quoted {
  if (value === '') throw new SyntaxMistake({ position: at, message: 'the name in backquotes is empty' });
  return { kind: 'quotedName', value, bytes: null, end };
}

function unclosed({ at, quote }: Body): SyntaxMistake {
  const what = quote === '`' ? 'name' : 'string';
  return new SyntaxMistake({
    position: at,
    message: `the ${what} is not closed; write ${quote}`,
    found: quote,
  });
}

const OPENING = /([rR][bB]?|[bB][rR]?|)('''|"""|['"`])/y;
const PLAIN = /[^\\'"`\n]+/y;
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
