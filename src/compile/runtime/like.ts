/**
 * LIKE by a pattern taken apart: `%` is any symbols, `_` is one code point of a string and one byte of bytes. The first
 * place for a piece is as good as any later one, so nothing is tried twice. NULL for a pattern that ends in a lone backslash,
 * and for a value of more symbols than {@link LikePattern.maxSymbols}.
 */
export function matchesLike(value: string | Uint8Array, pattern: LikePattern | null): boolean | null {
  if (pattern === null) return null;
  if (pattern.texts !== null) return matchesTexts(value as string, pattern.texts);
  const symbols = symbolsOf(value);
  return symbols.length > pattern.maxSymbols ? null : matchesPieces(symbols, pattern.pieces);
}

/** LIKE by a pattern that may differ from row to row. */
export function like(value: string | Uint8Array, pattern: string | Uint8Array): boolean | null {
  return matchesLike(value, likePattern(pattern));
}

/** A pattern taken apart at its `%`. */
export type LikePattern = {
  /** What must stand between them. */
  readonly pieces: readonly Piece[];
  /** The same as texts, where that is all there is to compare. */
  readonly texts: readonly string[] | null;
  /** The longest value that is looked at: a piece with `_` in it may be tried at every place. */
  readonly maxSymbols: number;
};

type Piece = {
  /** Code points or bytes side by side; {@link ANY} is any one of them. */
  readonly symbols: readonly number[];
  /** How far a piece without {@link ANY} that failed behind n symbols still holds; null for others (Knuth, Morris, Pratt). */
  readonly failures: Int32Array | null;
};

/** Takes a pattern apart; null when it ends in a lone backslash. Source: GoogleSQL, "LIKE operator". */
export function likePattern(pattern: string | Uint8Array): LikePattern | null {
  const lists = piecesOf(symbolsOf(pattern));
  if (lists === null) return null;
  const pieces = lists.map((list) => ({ symbols: list, failures: failuresOf(list) }));
  const tried = pieces.slice(1, -1).filter(({ failures }) => failures === null);
  const longest = tried.reduce((most, piece) => Math.max(most, piece.symbols.length), 0);
  const maxSymbols = longest === 0 ? Number.POSITIVE_INFINITY : Math.floor(MAX_COMPARISONS / longest);
  return { pieces, texts: typeof pattern === 'string' ? textsOf(lists) : null, maxSymbols };
}

function piecesOf(symbols: Symbols): readonly (readonly number[])[] | null {
  const pieces: number[][] = [[]];
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i]!;
    if (symbol === PERCENT) pieces.push([]);
    else if (symbol !== BACKSLASH) pieces.at(-1)!.push(symbol === UNDERSCORE ? ANY : symbol);
    else if (++i < symbols.length) pieces.at(-1)!.push(symbols[i]!);
    else return null;
  }
  return pieces;
}

function matchesTexts(value: string, texts: readonly string[]): boolean {
  const first = texts[0]!;
  if (texts.length === 1) return value === first;
  const last = texts.at(-1)!;
  const end = value.length - last.length;
  let from = first.length;
  if (from > end || !value.startsWith(first) || !value.endsWith(last)) return false;
  for (let i = 1; i < texts.length - 1; i++) {
    const at = value.indexOf(texts[i]!, from);
    if (at < 0) return false;
    from = at + texts[i]!.length;
  }
  return from <= end;
}

function matchesPieces(value: Symbols, pieces: readonly Piece[]): boolean {
  const first = pieces[0]!.symbols;
  if (pieces.length === 1) return value.length === first.length && standsAt(value, 0, first);
  const last = pieces.at(-1)!.symbols;
  const end = value.length - last.length;
  let from = first.length;
  if (from > end || !standsAt(value, 0, first) || !standsAt(value, end, last)) return false;
  for (let i = 1; i < pieces.length - 1; i++) {
    from = endOfPiece(value, pieces[i]!, { from, end });
    if (from < 0) return false;
  }
  return true;
}

/** Where the first place of a piece within the bounds ends; -1 if there is none. */
function endOfPiece(value: Symbols, piece: Piece, { from, end }: { from: number; end: number }): number {
  const { symbols, failures } = piece;
  if (failures !== null) return endOfSymbols(value, { symbols, failures }, { from, end });
  for (let at = from; at + symbols.length <= end; at++) {
    if (standsAt(value, at, symbols)) return at + symbols.length;
  }
  return -1;
}

function endOfSymbols(
  value: Symbols,
  { symbols, failures }: { symbols: readonly number[]; failures: Int32Array },
  { from, end }: { from: number; end: number },
): number {
  let held = 0;
  for (let at = from; held < symbols.length; at++) {
    if (at >= end) return -1;
    while (held > 0 && symbols[held] !== value[at]) held = failures[held - 1]!;
    if (symbols[held] === value[at]) held++;
    if (held === symbols.length) return at + 1;
  }
  return from;
}

/** Of each start of the piece, how long the longest shorter start is that it ends in. */
function failuresOf(symbols: readonly number[]): Int32Array | null {
  if (symbols.includes(ANY)) return null;
  const failures = new Int32Array(symbols.length);
  for (let i = 1; i < symbols.length; i++) {
    let held = failures[i - 1]!;
    while (held > 0 && symbols[held] !== symbols[i]) held = failures[held - 1]!;
    failures[i] = symbols[held] === symbols[i] ? held + 1 : 0;
  }
  return failures;
}

function standsAt(value: Symbols, at: number, symbols: readonly number[]): boolean {
  for (let i = 0; i < symbols.length; i++) {
    if (symbols[i] !== ANY && symbols[i] !== value[at + i]) return false;
  }
  return true;
}

/** Texts to search for, unless one is so long that an engine's own search may take its length times the value's. */
function textsOf(lists: readonly (readonly number[])[]): readonly string[] | null {
  if (lists.some((list) => list.includes(ANY) || list.length > MAX_SEARCHED_TEXT)) return null;
  return lists.map((list) => String.fromCodePoint(...list));
}

type Symbols = ArrayLike<number>;

/** Code points of a string, bytes as they are. */
function symbolsOf(value: string | Uint8Array): Symbols {
  if (typeof value !== 'string') return value;
  const points: number[] = [];
  for (let i = 0; i < value.length; i++) {
    const point = value.codePointAt(i)!;
    points.push(point);
    if (point > 0xffff) i++;
  }
  return points;
}

/** What `_` is taken apart to. */
const ANY = -1;
const PERCENT = 0x25;
const UNDERSCORE = 0x5f;
const BACKSLASH = 0x5c;
/** Some 20 ms. */
const MAX_COMPARISONS = 16_777_216;
const MAX_SEARCHED_TEXT = 64;
