import { MAX_MISTAKES_FOUND, type Mistake } from './problem.js';
import { readQuoted } from './quoted.js';

type TokenKind =
  | 'name'
  | 'quotedName'
  | 'integer'
  | 'float'
  | 'string'
  | 'bytes'
  | 'symbol'
  | 'invalid'
  | 'end';

export type Token = {
  /** `invalid`: wrong in itself, and reported. */
  readonly kind: TokenKind;
  /** The token as written; of a name in backquotes and of a string, what it stands for. */
  readonly text: string;
  /** A name as keywords are compared: in capitals. Of other kinds the same as `text`. */
  readonly upper: string;
  readonly position: number;
  /** What a bytes literal stands for. */
  readonly bytes?: Uint8Array;
};

export type Tokens = {
  readonly tokens: readonly Token[];
  readonly mistakes: readonly Mistake[];
  /** Whether the rest was not read, because a quote or a comment takes it or too much is wrong: nothing is known about the end. */
  readonly isCut: boolean;
};

/** Splits an expression into tokens by the lexical rules of GoogleSQL. */
export function tokenize(text: string): Tokens {
  const tokens: Token[] = [];
  const mistakes: Mistake[] = [];
  let at = skipBlank(text, 0);
  let isCut = false;
  while (at < text.length && !isCut) {
    const lexed = nextToken(text, at);
    tokens.push(lexed.token);
    mistakes.push(...lexed.mistakes);
    isCut = lexed.isCut === true || mistakes.length >= MAX_MISTAKES_FOUND;
    at = skipBlank(text, lexed.end);
  }
  tokens.push({ kind: 'end', text: '', upper: '', position: text.length });
  return { tokens, mistakes, isCut };
}

type Lexed = {
  readonly token: Token;
  readonly end: number;
  readonly mistakes: readonly Mistake[];
  readonly isCut?: boolean;
};

function nextToken(text: string, at: number): Lexed {
  if (text.startsWith('/*', at)) return openComment(text, at);
  const quoted = readQuoted(text, at);
  if (quoted !== null) {
    const { value, bytes, end, mistakes, isClosed } = quoted;
    const kind: TokenKind = mistakes.length > 0 ? 'invalid' : quoted.kind;
    const token = { kind, text: value, upper: value, position: at } as const;
    return { token: bytes === null ? token : { ...token, bytes }, end, mistakes, isCut: !isClosed };
  }
  const name = match(NAME, text, at);
  if (name !== null) {
    const token = { kind: 'name', text: name, upper: name.toUpperCase(), position: at } as const;
    return { token, end: at + name.length, mistakes: [] };
  }
  return match(NUMBER_START, text, at) === null ? readSymbol(text, at) : readNumber(text, at);
}

function readNumber(text: string, at: number): Lexed {
  const hex = match(HEX, text, at);
  const number = hex ?? match(NUMBER, text, at)!;
  const end = at + number.length;
  const rest = match(NAME, text, end);
  if (rest !== null) return invalid(text, at, end + rest.length, (found) => `${found} is no number`);
  const kind = hex !== null || /^\d+$/.test(number) ? 'integer' : 'float';
  return { token: { kind, text: number, upper: number, position: at }, end, mistakes: [] };
}

function readSymbol(text: string, at: number): Lexed {
  const symbol = match(SYMBOL, text, at);
  if (symbol === null) {
    const unknown = match(UNKNOWN, text, at)!;
    return invalid(
      text,
      at,
      at + unknown.length,
      (found) => `${found} has no meaning here; a name with such characters stands in backquotes`,
    );
  }
  const token = { kind: 'symbol', text: symbol, upper: symbol, position: at } as const;
  return { token, end: at + symbol.length, mistakes: [] };
}

/** Unknown characters in a row are one mistake. */
function invalid(text: string, at: number, end: number, tell: (found: string) => string): Lexed {
  const found = text.slice(at, end);
  const message = tell(JSON.stringify(found.slice(0, MAX_SHOWN)));
  const token = { kind: 'invalid', text: found, upper: found, position: at } as const;
  return { token, end, mistakes: [{ position: at, message, found }] };
}

/** A comment that is not closed takes all the rest. */
function openComment(text: string, at: number): Lexed {
  const message = 'the comment is not closed; write "*/"';
  const token = { kind: 'invalid', text: '/*', upper: '/*', position: at } as const;
  return { token, end: text.length, mistakes: [{ position: at, message, found: '/*' }], isCut: true };
}

/** Skips white space and the three kinds of comments. */
function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    at += match(SPACE, text, at)!.length;
    const comment = match(COMMENT, text, at);
    if (comment === null) return at;
    at += comment.length;
  }
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** Of what stands in the text, for messages. */
const MAX_SHOWN = 64;
/** White space of GoogleSQL, which is not that of JavaScript. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a backspace is white space there
const SPACE = /[\t\n\v\f\r\x08 \u00a0\u2000-\u200a\u202f\u205f\u3000]*/y;
const COMMENT = /(?:--|#)[^\r\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER_START = /\.?\d/y;
const HEX = /0[xX][0-9a-fA-F]+/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
/** Those of other languages too, so that they are told apart from what they would fall into. */
/** A run of characters that begin no token. */
const UNKNOWN = /[^\s\w'"`.,()[\]|<>=!&*/:^~@?;%{}$#+-]+|[\s\S]/y;
const SYMBOL = /\|\||<=>|<=|>=|<>|!=|<<|>>|==|=>|&&|\*\*|\/\/|::|[-+*/=<>(),.|&^~[\]@?;:%!{}$]/y;
