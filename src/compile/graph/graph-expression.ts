import { PlumblineError } from '../../definition/error.js';
import type { CallExpression, Expression, LiteralExpression } from '../../definition/expression.js';
import type { Value } from '../../definition/value.js';
import { ExportRefusal } from '../export-refusal.js';
import { OPERATIONS, type OperationId } from '../operation/table.js';
import { requireFloat32 } from './float32.js';
import { CARRIED } from './graph-lowering.js';
import type { GraphValues } from './graph-value.js';
import type { GraphTexts, GraphVocabulary } from './graph-vocabulary.js';
import { GRAPH_OPERATIONS } from './operation/table.js';

/** What stands around the expressions of a graph. */
export type GraphScope = {
  readonly values: GraphValues;
  readonly vocabulary: GraphTexts;
  /** The value of a column: an input, or a fitted function `$0`. */
  readonly column: (name: string) => string;
};

/** The value of an expression in a graph. Throws {@link ExportRefusal} for what a graph cannot carry. */
export function lowerToGraph(expression: Expression, scope: GraphScope): string {
  switch (expression.kind) {
    case 'literal':
      return lowerLiteral(expression, scope);
    case 'column':
      return scope.column(expression.name);
    case 'call':
      return lowerCall(expression, scope);
    case 'asOf':
      throw new ExportRefusal('AS_OF() is a TIMESTAMP; pass what is taken of it as a request input');
    case 'fitted':
      throw new PlumblineError('INTERNAL', `${expression.function} has not been fitted yet`);
  }
}

function lowerLiteral({ type, value }: LiteralExpression, { values, vocabulary }: GraphScope): string {
  if (!CARRIED.includes(type)) throw new ExportRefusal(`a literal of ${type} is no number; ${REMEDY}`);
  return values.builder.number(numberOf(value, vocabulary));
}

function lowerCall(node: CallExpression, scope: GraphScope): string {
  const id = node.operation as OperationId;
  const lowering = GRAPH_OPERATIONS[id];
  const { sql } = OPERATIONS[id];
  const read = lowering?.literals ?? [];
  const operands = node.arguments.filter((_, index) => !read.includes(index));
  // The innermost refusal is the cause of those around it.
  const lowered = operands.map((operand) => lowerToGraph(operand, scope));
  const wrong = [...operands, node].find(({ type }) => !lowering?.takes.includes(type));
  if (lowering === null || wrong !== undefined) {
    const what = `${sql} (${id}) of ${wrong?.type ?? node.type}`;
    throw new ExportRefusal(`${what} has no place in a float32 graph; ${remedyFor(wrong ?? node)}`);
  }
  const reason = lowering.refuse?.(node) ?? null;
  if (reason !== null) throw new ExportRefusal(`${sql} (${id}) ${reason}`);
  return lowering.lower(scope.values, lowered, node, scope.vocabulary);
}

const REMEDY = 'make it a feature, or a request input that the caller computes';

function remedyFor({ type }: Expression): string {
  return type === 'INT64' ? 'write it over FLOAT64: CAST(… AS FLOAT64), or 1.0 for 1' : REMEDY;
}

function numberOf(value: Value, { codeOf }: GraphVocabulary): number {
  if (value === null) return Number.NaN;
  if (typeof value === 'string') return codeOf(value);
  return requireFloat32(Number(value), 'the literal');
}
