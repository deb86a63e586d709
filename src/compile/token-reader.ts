import type { Token } from './lexer.js';
import { SyntaxMistake } from './problem.js';
import { MAX_DEPTH, type SyntaxNode, tooDeep } from './syntax.js';

/** The tokens, the place in them, and the expression grammar that its parts call back. */
export class TokenReader {
  private at = 0;
  private nesting = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly grammar: (reader: TokenReader, level: number) => SyntaxNode,
  ) {}

  /** An expression whose operators bind tighter than `level`; 0 takes them all. */
  expression(level = 0): SyntaxNode {
    this.nesting++;
    if (this.nesting > MAX_DEPTH) throw tooDeep(this.peek().position);
    const node = this.grammar(this, level);
    this.nesting--;
    return node;
  }

  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  /** Takes the token if it is this symbol or keyword. */
  accept(upper: string): Token | null {
    return this.isAt(upper) ? this.next() : null;
  }

  expect(upper: string): Token {
    if (!this.isAt(upper)) throw this.unexpected(JSON.stringify(upper));
    return this.next();
  }

  isAt(upper: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return (token.kind === 'symbol' || token.kind === 'name') && token.upper === upper;
  }

  unexpected(expected: string): SyntaxMistake {
    const token = this.peek();
    const found = token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
    const message = `found ${found}, expected ${expected}`;
    return new SyntaxMistake({ position: token.position, message, found, expected });
  }

  /** Expressions between commas, up to and with what closes the list. */
  list(close: ')' | ']' = ')'): readonly SyntaxNode[] {
    if (this.accept(close)) return [];
    const items = [this.expression()];
    while (this.accept(',')) items.push(this.expression());
    if (!this.accept(close)) throw this.unexpected(`"," or "${close}"`);
    return items;
  }
}
