import { closestName } from '../definition/closest-name.js';
import type { Token, Tokens } from './lexer.js';
import { LastMistake, MAX_MISTAKES_FOUND, type Mistake, placeOf, SyntaxMistake } from './problem.js';
import { remarkOn } from './remark.js';
import { isReserved } from './reserved.js';
import { type ErrorNode, errorNode, MAX_DEPTH, type SyntaxNode, tooDeep } from './syntax.js';
import { isClosing, isOpening, TokenCursor } from './token-cursor.js';

/**
 * Reads expressions from tokens by a grammar that its parts call back. A mistake is recorded and reading goes on, so that
 * several are told at once; of mistakes at one token the first counts.
 */
export class TokenReader extends TokenCursor {
  private nesting = 0;
  private readonly stops: string[] = [];
  private readonly silent: Set<number>;
  private readonly found: Mistake[];

  constructor(
    private readonly text: string,
    { tokens, mistakes, isCut }: Tokens,
    private readonly grammar: (reader: TokenReader, level: number) => SyntaxNode,
  ) {
    super(tokens);
    this.found = [...mistakes];
    const invalid = tokens.filter(({ kind }) => kind === 'invalid' || (kind === 'end' && isCut));
    this.silent = new Set(invalid.map(({ position }) => position));
  }

  /** Every mistake so far. */
  get mistakes(): readonly Mistake[] {
    return this.found;
  }

  /** An expression whose operators bind tighter than `level`; 0 takes them all. */
  expression(level = 0): SyntaxNode {
    this.nesting++;
    if (this.nesting > MAX_DEPTH) throw tooDeep(this.peek().position);
    const node = this.grammar(this, level);
    this.nesting--;
    return node;
  }

  /**
   * An expression that should be followed by a comma, a closing bracket, the end or one of `stops`. A mistake that it cannot
   * go on after ends it at the next of these.
   */
  attempt(stops: readonly string[] = []): SyntaxNode {
    const [nesting, depth, outer] = [this.nesting, this.open.length, this.stops.length];
    this.stops.push(...stops);
    try {
      return this.expression();
    } catch (error) {
      if (!(error instanceof SyntaxMistake) || error instanceof LastMistake) throw error;
      this.nesting = nesting;
      this.stops.length = outer + stops.length;
      this.skipToStop(depth);
      return this.report(error.mistake);
    } finally {
      this.stops.length = outer;
    }
  }

  /** Like {@link attempt}; what stands between it and the stop is reported, and read for the mistakes in it. */
  item(expected: string, stops: readonly string[] = []): SyntaxNode {
    const parts = [this.attempt(stops)];
    if (!this.isAtStop(stops)) this.report(this.unexpected(expected).mistake);
    while (!this.isAtStop(stops)) {
      const before = this.peek();
      if (before.kind === 'name' && isReserved(before.upper)) this.skipToStop(this.open.length, stops);
      else parts.push(this.attempt(stops));
      if (this.peek() === before) this.next();
    }
    return parts.length === 1 ? parts[0]! : errorNode(parts[0]!.position, parts);
  }

  /**
   * Expressions between commas, up to and with the bracket that closes the innermost open one. Where that does not come nobody
   * can tell how many there should be, so an unknown one stands among them.
   */
  list(): readonly SyntaxNode[] {
    const isEmpty = isClosing(this.peek());
    const items = isEmpty ? [] : this.items();
    const { position } = this.peek();
    return this.close(isEmpty ? '' : '","') ? items : [errorNode(position, items)];
  }

  /** A list with its opening parenthesis; where that is missing the list is read nevertheless. */
  openList(): readonly SyntaxNode[] {
    if (this.accept('(')) return this.list();
    this.report(this.unexpected('"("').mistake);
    const [first, ...others] = this.items() as [SyntaxNode, ...SyntaxNode[]];
    if (this.open.length === 0) this.accept(')');
    return [errorNode(first.position, [first]), ...others];
  }

  /** Passes over what is open, unread, up to and with the bracket that closes it. */
  skipOpen(): void {
    const depth = this.open.length;
    while (this.peek().kind !== 'end' && this.open.length >= depth) this.next();
  }

  /** Takes a keyword, a closing bracket, or a symbol without which nothing behind it would make sense. */
  expect(upper: string): void {
    if (/^[A-Z]/.test(upper)) this.expectWord(upper);
    else if (upper === ')' || upper === ']') this.close('');
    else if (this.accept(upper) === null) throw this.unexpected(JSON.stringify(upper));
  }

  /** Takes a keyword. What stands there instead is reported, and passed over if the keyword comes soon behind it. */
  expectWord(word: string, expected = word): void {
    if (!this.isAt(word) && !this.correct([word])) {
      this.report(this.unexpected(expected).mistake);
      const ahead = this.distanceTo(word);
      for (let taken = 0; taken < ahead; taken++) this.next();
    }
    this.accept(word);
  }

  isAtStop(stops: readonly string[] = []): boolean {
    const { kind, upper } = this.peek();
    if (kind === 'end' || isClosing(this.peek()) || this.isAt(',')) return true;
    return kind === 'name' && (this.stops.includes(upper) || stops.includes(upper));
  }

  /** Takes a misspelt keyword for the one of `words` that was meant, and says so. */
  correct(words: readonly string[], ahead = 0): boolean {
    const token = this.peek(ahead);
    const isWord = token.kind === 'name' && token.text.length <= MAX_WORD && !isReserved(token.upper);
    if (!isWord || words.includes(token.upper)) return false;
    const meant = closestName(token.text, words);
    if (meant === null) return false;
    this.replace(meant, ahead);
    return true;
  }

  /** Like {@link correct}, with the words that end the expression at hand beside. */
  correctOrStop(words: readonly string[]): boolean {
    return this.correct([...this.stops, ...words]);
  }

  /** Goes on as if `meant` stood here, and says so. */
  replace(meant: string, ahead = 0): void {
    const token = this.peek(ahead);
    const found = shown(token);
    const message = `found ${found}, expected ${meant}`;
    this.report({ position: token.position, message, found, expected: meant, suggestion: meant });
    const kind = /^[A-Z]/.test(meant) ? 'name' : 'symbol';
    this.substitute({ kind, text: meant, upper: meant, position: token.position }, ahead);
  }

  /** Records a mistake where none was recorded yet; gives the node that stands for what is wrong. */
  report(mistake: Mistake): ErrorNode {
    if (this.silent.has(mistake.position)) return errorNode(mistake.position);
    this.silent.add(mistake.position);
    if (this.found.length >= MAX_MISTAKES_FOUND) throw new LastMistake(mistake);
    this.found.push(mistake);
    return errorNode(mistake.position);
  }

  unexpected(expected: string): SyntaxMistake {
    const { position } = this.peek();
    const found = shown(this.peek());
    const message = `found ${found}, expected ${expected}${remarkOn(this.peek(), expected)}`;
    return new SyntaxMistake({ position, message, found, expected });
  }

  /** Takes the bracket that closes the innermost open one; one of the other kind does if nothing else waits for it. */
  close(alternative: string): boolean {
    const opening = this.open.at(-1);
    const closing = opening?.text === '[' ? ']' : ')';
    if (this.accept(closing)) return true;
    const expected = [alternative, `"${closing}"`].filter((text) => text !== '').join(' or ');
    const { line, column } = placeOf(this.text, opening?.position ?? 0);
    this.report(this.unexpected(`${expected} for the "${opening?.text}" at ${line}:${column}`).mistake);
    const isOther = isClosing(this.peek());
    const isWaited = this.open.slice(0, -1).some(({ text }) => text !== opening?.text);
    if (isOther && !isWaited) this.next();
    else this.open.pop();
    return isOther && !isWaited;
  }

  private items(): readonly SyntaxNode[] {
    const items = [this.item('","')];
    while (this.accept(',')) items.push(this.item('","'));
    return items;
  }

  private skipToStop(depth: number, stops: readonly string[] = []): void {
    while (this.peek().kind !== 'end' && (this.open.length > depth || !this.isAtStop(stops))) this.next();
  }

  /** Tokens up to a word before anything ends that is open, or -1. */
  private distanceTo(word: string): number {
    let depth = 0;
    for (let ahead = 0; ahead < MAX_AHEAD; ahead++) {
      const token = this.peek(ahead);
      if (depth === 0 && this.isAt(word, ahead)) return ahead;
      if (isOpening(token)) depth++;
      else if (isClosing(token)) depth--;
      const isOver = token.kind === 'end' || depth < 0 || (depth === 0 && this.stops.includes(token.upper));
      if (isOver) return -1;
    }
    return -1;
  }
}

function shown({ kind, text }: Token): string {
  if (kind === 'end') return 'the end';
  if (kind === 'bytes') return 'bytes';
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}

/** Keywords have at most so many letters, misspelt ones too. */
const MAX_WORD = 16;
/** Tokens within which a keyword is looked for that should have come. */
const MAX_AHEAD = 64;
/** Of what stands in the text, for messages. */
const MAX_SHOWN = 64;
