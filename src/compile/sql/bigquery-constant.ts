import { canonicalJson } from '../../definition/canonical.js';
import type { Expression, FittedExpression } from '../../definition/expression.js';
import { callOf } from '../checked.js';
import { expressionJson } from '../expression-json.js';
import type { FittedNode } from '../fitted-transform.js';
import type { TransformOutput } from '../transform-output.js';
import { planTransform } from '../transform-plan.js';

/** What each preprocessing function of a trained version learnt, by the function with its argument and all its options. */
export type FittedConstants = ReadonlyMap<string, FittedNode>;

/**
 * The constants of a trained version: `transform` is its definition, `nodes` what was fitted. A fitted function keeps what it
 * learnt and not its options, so the definition's plan tells which one it is.
 */
export function fittedConstants(
  transform: readonly TransformOutput[],
  nodes: readonly FittedNode[],
): FittedConstants {
  const constants = new Map<string, FittedNode>();
  for (const { name, written, argument } of planTransform(transform).nodes) {
    const text = canonicalJson(expressionJson(argument));
    const fitted = nodes.find((node) => node.name === name);
    const isSame =
      fitted?.state.function === written.function && canonicalJson(expressionJson(fitted.argument)) === text;
    if (isSame) constants.set(keyOf(written), fitted);
  }
  return constants;
}

/**
 * The expression that an IMPUTER is once it has learnt: BigQuery nests no analytic functions. Null for other functions, and where
 * the version has no such function.
 */
export function constantOf(node: FittedExpression, constants: FittedConstants): Expression | null {
  const state = constants.get(keyOf(node))?.state;
  if (state?.function !== 'IMPUTER') return null;
  const [argument] = node.arguments;
  const { type } = node;
  return state.value === null
    ? argument
    : callOf('coalesce', type, [argument, { kind: 'literal', type, value: state.value }]);
}

function keyOf(node: FittedExpression): string {
  return canonicalJson(expressionJson(node));
}
