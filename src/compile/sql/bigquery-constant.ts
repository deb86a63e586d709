import { canonicalJson } from '../../definition/canonical.js';
import type { Expression, FittedExpression } from '../../definition/expression.js';
import { expressionJson } from '../expression-json.js';
import type { FittedNode } from '../fitted-transform.js';
import { bigqueryLiteral } from './bigquery-literal.js';

/** What the preprocessing functions of a trained version learnt. */
export type FittedConstants = readonly FittedNode[];

/**
 * SQL with what an IMPUTER learnt in its place: BigQuery nests no analytic functions. Null for other functions, and where the
 * version has no such function.
 */
export function constantOf(
  node: FittedExpression,
  argumentSql: string,
  constants: FittedConstants,
): string | null {
  if (node.function !== 'IMPUTER') return null;
  const found = nodeOf(node, constants);
  if (found === null || found.state.function !== 'IMPUTER') return null;
  const { value } = found.state;
  if (value === null) return argumentSql;
  const literal = bigqueryLiteral(typeof value === 'string' ? 'STRING' : 'FLOAT64', value);
  return `COALESCE(${argumentSql}, ${literal})`;
}

/** The fitted node of a function, found by what it reads. */
function nodeOf(node: FittedExpression, constants: FittedConstants): FittedNode | null {
  const argument = lifted(node.arguments[0], constants);
  if (argument === null) return null;
  const text = canonicalJson(expressionJson(argument));
  const { strategy } = node.parameters;
  return (
    constants.find(
      (each) =>
        each.state.function === node.function &&
        (each.state.function !== 'IMPUTER' || each.state.strategy === strategy) &&
        canonicalJson(expressionJson(each.argument)) === text,
    ) ?? null
  );
}

/** The expression as a fitted transform holds it: `$n` in place of functions. */
function lifted(expression: Expression, constants: FittedConstants): Expression | null {
  if (expression.kind === 'call') {
    const parts = expression.arguments.map((each) => lifted(each, constants));
    return parts.includes(null) ? null : { ...expression, arguments: parts as Expression[] };
  }
  if (expression.kind !== 'fitted') return expression;
  const found = nodeOf(expression, constants);
  return found === null ? null : { kind: 'column', name: found.name, type: found.type };
}
