import type { Value } from '../definition/value.js';
import type { ScalarType, ValueType } from '../definition/value-type.js';
import { LastMistake } from './problem.js';

/** The untyped form of an expression: what the parser makes of the text, with the place of every node. */
export type SyntaxNode =
  | LiteralNode
  | NameNode
  | CallNode
  | CaseNode
  | CastNode
  | ArrayNode
  | ExtractNode
  | IntervalNode
  | NamedNode
  | StructNode
  | ErrorNode;

/** Levels of nesting, of parentheses and of operators alike; a chain of AND, OR or || is one level. */
export const MAX_DEPTH = 200;

/** A call node, one deeper than its deepest operand. */
export function call(name: string, position: number, operands: readonly SyntaxNode[]): CallNode {
  const depth = depthOver(position, operands);
  return { kind: 'call', name, position, depth, arguments: operands, over: false, partition: null };
}

/** A literal node. */
export function literal(type: ScalarType | null, value: Value, position: number): LiteralNode {
  return { kind: 'literal', type, value, position, depth: 1 };
}

/** What stands where no expression could be read; `parts` are the expressions within it that could. */
export function errorNode(position: number, parts: readonly SyntaxNode[] = []): ErrorNode {
  return { kind: 'error', position, depth: depthOver(position, parts), parts };
}

/** The depth of a node above these; refuses what is too deep. */
export function depthOver(position: number, children: readonly SyntaxNode[]): number {
  const depth = 1 + children.reduce((deepest, child) => Math.max(deepest, child.depth), 0);
  if (depth > MAX_DEPTH) throw tooDeep(position);
  return depth;
}

/** What to throw where nesting goes beyond {@link MAX_DEPTH}. */
export function tooDeep(position: number): LastMistake {
  const message = `more than ${MAX_DEPTH} levels of nesting; split the expression`;
  return new LastMistake({ position, message });
}

type Placed = {
  /** 0-based code unit offset of the node's first token, for an operator of the operator itself. */
  readonly position: number;
  /** Nodes from here to the deepest leaf. */
  readonly depth: number;
};

/** A literal; `NULL` has no type of its own. */
export type LiteralNode = Placed & {
  readonly kind: 'literal';
  readonly type: ScalarType | null;
  readonly value: Value;
};

export type NameNode = Placed & { readonly kind: 'name'; readonly name: string };

/** A function call or an operator: `name` is the function in capitals, or the operator's spelling (`+`, `IS NULL`). */
export type CallNode = Placed & {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly SyntaxNode[];
  /** Whether `OVER (…)` follows. */
  readonly over: boolean;
  /** The key of `OVER (PARTITION BY key)`. */
  readonly partition: SyntaxNode | null;
};

export type CaseNode = Placed & {
  readonly kind: 'case';
  readonly operand: SyntaxNode | null;
  readonly branches: readonly { readonly when: SyntaxNode; readonly result: SyntaxNode }[];
  readonly otherwise: SyntaxNode | null;
};

export type CastNode = Placed & {
  readonly kind: 'cast';
  readonly argument: SyntaxNode;
  readonly to: ValueType;
};

/** `[a, b]`, with the type of its elements where `ARRAY<type>` is before it. */
export type ArrayNode = Placed & {
  readonly kind: 'array';
  readonly elementType: ScalarType | null;
  readonly elements: readonly SyntaxNode[];
};

export type ExtractNode = Placed & {
  readonly kind: 'extract';
  readonly part: string;
  readonly argument: SyntaxNode;
  readonly zone: { readonly name: string; readonly position: number } | null;
};

/** A mistake that was reported: it has no type and says nothing about what rests on it. */
export type ErrorNode = Placed & { readonly kind: 'error'; readonly parts: readonly SyntaxNode[] };

/** `INTERVAL amount part`, an argument of TIMESTAMP_ADD and its like only. */
export type IntervalNode = Placed & {
  readonly kind: 'interval';
  readonly amount: SyntaxNode;
  readonly part: string;
};

/** `name => value`, an option of a preprocessing function only. */
export type NamedNode = Placed & {
  readonly kind: 'named';
  readonly name: string;
  readonly value: SyntaxNode;
};

/** `STRUCT(a, b AS c)`, the argument of FEATURE_CROSS and POLYNOMIAL_EXPAND only. */
type StructNode = Placed & {
  readonly kind: 'struct';
  readonly fields: readonly StructField[];
};

/** `value AS name`, or a column by its own name. */
export type StructField = {
  readonly name: string | null;
  /** Of the name, or of the value where it has none. */
  readonly namePosition: number;
  readonly value: SyntaxNode;
};
