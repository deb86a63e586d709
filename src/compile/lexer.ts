import { SyntaxMistake } from './problem.js';
import { readQuoted } from './quoted.js';

type TokenKind = 'name' | 'quotedName' | 'integer' | 'float' | 'string' | 'bytes' | 'symbol' | 'end';

export type Token = {
  readonly kind: TokenKind;
  /** The token as written; of a name in backquotes and of a string, what it stands for. */
  readonly text: string;
  /** A name as keywords are compared: in capitals. Of other kinds the same as `text`. */
  readonly upper: string;
  readonly position: number;
  /** What a bytes literal stands for. */
  readonly bytes?: Uint8Array;
};

/** Splits an expression into tokens by the lexical rules of GoogleSQL; throws {@link SyntaxMistake}. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = skipBlank(text, 0);
  while (at < text.length) {
    const { token, end } = nextToken(text, at);
    tokens.push(token);
    at = skipBlank(text, end);
  }
  tokens.push({ kind: 'end', text: '', upper: '', position: text.length });
  return tokens;
}

type Lexed = { readonly token: Token; readonly end: number };

function nextToken(text: string, at: number): Lexed {
  const quoted = readQuoted(text, at);
  if (quoted !== null) {
    const { kind, value, bytes, end } = quoted;
    const token = { kind, text: value, upper: value, position: at };
    return { token: bytes === null ? token : { ...token, bytes }, end };
  }
  const name = match(NAME, text, at);
  if (name !== null) {
    const token = { kind: 'name', text: name, upper: name.toUpperCase(), position: at } as const;
    return { token, end: at + name.length };
  }
  return match(NUMBER_START, text, at) === null ? readSymbol(text, at) : readNumber(text, at);
}

function readNumber(text: string, at: number): Lexed {
  const hex = match(HEX, text, at);
  const number = hex ?? match(NUMBER, text, at)!;
  const end = at + number.length;
  const rest = match(NAME, text, end);
  if (rest !== null) {
    const found = `${number}${rest}`.slice(0, 64);
    throw new SyntaxMistake({ position: at, message: `"${found}" is no number`, found });
  }
  const kind = hex !== null || /^\d+$/.test(number) ? 'integer' : 'float';
  return { token: { kind, text: number, upper: number, position: at }, end };
}

function readSymbol(text: string, at: number): Lexed {
  const symbol = match(SYMBOL, text, at);
  if (symbol === null) {
    const found = String.fromCodePoint(text.codePointAt(at)!);
    const message = `the character ${JSON.stringify(found)} has no meaning here`;
    throw new SyntaxMistake({ position: at, message, found });
  }
  return { token: { kind: 'symbol', text: symbol, upper: symbol, position: at }, end: at + symbol.length };
}

/** Skips white space and the three kinds of comments. */
function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    at += match(SPACE, text, at)!.length;
    const comment = match(COMMENT, text, at);
    if (comment === null) return at;
    at = comment === '/*' ? blockCommentEnd(text, at) : at + comment.length;
  }
}

function blockCommentEnd(text: string, at: number): number {
  const close = text.indexOf('*/', at + 2);
  if (close >= 0) return close + 2;
  throw new SyntaxMistake({ position: at, message: 'the comment is not closed; write "*/"', found: '/*' });
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

const SPACE = /\s*/y;
const COMMENT = /(?:--|#)[^\n]*|\/\*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER_START = /\.?\d/y;
const HEX = /0[xX][0-9a-fA-F]+/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const SYMBOL = /\|\||<=|>=|<>|!=|<<|>>|[-+*/=<>(),.|&^~[\]@?;:]/y;
