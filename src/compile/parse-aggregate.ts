import { type Parsed, readerOf } from './parser.js';
import { SyntaxMistake } from './problem.js';
import type { SyntaxNode } from './syntax.js';
import type { TokenReader } from './token-reader.js';

/** An aggregate call as it is written. */
export type AggregateSyntax = {
  /** In capitals. */
  readonly name: string;
  /** 0-based code unit offset of the name. */
  readonly position: number;
  /** Whether it is over rows: `COUNT(*)`. */
  readonly isOfRows: boolean;
  /** Whether DISTINCT stands before the argument. */
  readonly isDistinct: boolean;
  readonly arguments: readonly SyntaxNode[];
};

/** Parses one aggregate call, such as `AVG(dep_delay)`; null where the text is not one. */
export function parseAggregate(text: string): Parsed<AggregateSyntax | null> {
  const reader = readerOf(text);
  try {
    return { node: parseCall(reader), mistakes: reader.mistakes };
  } catch (error) {
    if (!(error instanceof SyntaxMistake)) throw error;
    return { node: null, mistakes: [...reader.mistakes, error.mistake] };
  }
}

function parseCall(reader: TokenReader): AggregateSyntax {
  const { kind, upper, position } = reader.peek();
  if (kind !== 'name' || !reader.isAt('(', 1)) throw reader.unexpected(AN_AGGREGATE);
  reader.next();
  reader.next();
  const isDistinct = reader.accept('DISTINCT') !== null;
  const isOfRows = !isDistinct && reader.isAt('*') && reader.isAt(')', 1);
  if (isOfRows) reader.next();
  const operands = reader.list();
  if (reader.peek().kind !== 'end') throw reader.unexpected(NOTHING_MORE);
  return { name: upper, position, isOfRows, isDistinct, arguments: operands };
}

const AN_AGGREGATE = 'an aggregate call such as AVG(x) or COUNT(*)';

const NOTHING_MORE =
  'the end: an aggregate stands alone; compute with its value in a feature set with "inputs" or in a feature service';
