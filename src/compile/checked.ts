import type { CallExpression, Expression } from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import type { OperationId } from './operation/table.js';
import type { Mistake } from './problem.js';
import type { SyntaxNode } from './syntax.js';

/** The names an expression may use, with their types. */
export type Scope = ReadonlyMap<string, ValueType>;

/** Which names and functions an expression may use beside the scope (S5, S24). */
export type Allowance = 'row' | 'read' | 'transform';

/** A node with its type. A literal may still take another type from what stands beside it. */
export type Checked = {
  readonly expression: Expression;
  readonly isLiteral: boolean;
  /** `NULL` as written: it takes any type. */
  readonly isNull: boolean;
  readonly position: number;
};

/** What the parts of the checker share. */
export type CheckContext = {
  /** What was parsed. */
  readonly text: string;
  readonly scope: Scope;
  readonly allow: Allowance;
  /** The whole expression. */
  readonly outermost: SyntaxNode;
  /** Types a node; null when it was reported wrong. */
  readonly check: (node: SyntaxNode) => Checked | null;
  readonly report: (mistake: Mistake) => null;
};

/** A checked node that is no literal. */
export function checkedOf(expression: Expression, position: number): Checked {
  return { expression, isLiteral: false, isNull: false, position };
}

/** A typed call of the operation table. */
export function callOf(
  operation: OperationId,
  type: ValueType,
  operands: readonly Expression[],
  parameters?: Readonly<Record<string, string>>,
): CallExpression {
  const node = { kind: 'call', operation, type, arguments: operands } as const;
  return parameters === undefined ? node : { ...node, parameters };
}

/** Types every node; null when one of them was reported wrong. */
export function checkAll(context: CheckContext, nodes: readonly SyntaxNode[]): readonly Checked[] | null {
  const checked = nodes.map(context.check);
  return checked.every((node) => node !== null) ? checked : null;
}
