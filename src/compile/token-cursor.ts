import type { Token } from './lexer.js';

/** Tokens, the place in them, and the brackets that are open there. */
export class TokenCursor {
  private at = 0;
  private readonly tokens: Token[];
  /** Opening brackets whose closing ones have not come yet, the innermost last. */
  protected readonly open: Token[] = [];

  constructor(tokens: readonly Token[]) {
    this.tokens = [...tokens];
  }

  /** The token at hand, or one ahead of it; behind the last one it is the end. */
  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  isAt(upper: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return (token.kind === 'symbol' || token.kind === 'name') && token.upper === upper;
  }

  next(): Token {
    const token = this.peek();
    if (isOpening(token)) this.open.push(token);
    else if (isClosing(token)) this.open.pop();
    if (token.kind !== 'end') this.at++;
    return token;
  }

  /** Takes the token if it is this symbol or keyword. */
  accept(upper: string): Token | null {
    return this.isAt(upper) ? this.next() : null;
  }

  /** Another token in the place of the one at hand, or of one ahead of it. */
  protected substitute(token: Token, ahead: number): void {
    this.tokens[this.at + ahead] = token;
  }
}

export function isOpening({ kind, text }: Token): boolean {
  return kind === 'symbol' && (text === '(' || text === '[');
}

export function isClosing({ kind, text }: Token): boolean {
  return kind === 'symbol' && (text === ')' || text === ']');
}
