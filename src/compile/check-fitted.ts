import {
  FITTED_FUNCTIONS,
  type FittedExpression,
  type FittedFunctionName,
} from '../definition/expression.js';
import type { Value } from '../definition/value.js';
import { type CheckContext, type Checked, checkedOf } from './checked.js';
import { coerce, coercionCost } from './coercion.js';
import type { CallNode, SyntaxNode } from './syntax.js';

/** `F(x, …) OVER ()`: statistics of the training split, in a transform only (S24). Source: BigQuery ML, preprocessing functions. */
export function checkFitted(context: CheckContext, node: CallNode): Checked | null {
  const name = FITTED_FUNCTIONS.find((fitted) => fitted === node.name);
  const refusal = refusalOf(context, node, name);
  if (name === undefined || refusal !== null) {
    return context.report({ position: node.position, message: refusal ?? 'is refused' });
  }
  const argument = node.arguments[0];
  if (argument === undefined) {
    return context.report({ position: node.position, message: `${name} takes at least one argument` });
  }
  const operand = context.check(argument);
  const call = { context, node, options: node.arguments.slice(1) };
  return operand === null ? null : RULES[name](call, operand);
}

type FittedCall = {
  readonly context: CheckContext;
  readonly node: CallNode;
  readonly options: readonly SyntaxNode[];
};

function refusalOf(
  context: CheckContext,
  node: CallNode,
  name: FittedFunctionName | undefined,
): string | null {
  if (name === undefined)
    return `${node.name} takes no OVER (); fitted functions are ${FITTED_FUNCTIONS.join(', ')}`;
  if (context.allow !== 'transform')
    return `${name} is fitted in training: it belongs into the transform of a model`;
  return node.over ? null : `write ${name}(…) OVER (): it is fitted over all training rows`;
}

const RULES: Record<FittedFunctionName, (call: FittedCall, operand: Checked) => Checked | null> = {
  STANDARD_SCALER: checkScaler,
  IMPUTER: checkImputer,
  ONE_HOT_ENCODER: checkEncoder,
};

function checkScaler(call: FittedCall, operand: Checked): Checked | null {
  if (call.options.length > 0) return reportOptions(call, 'one argument');
  return numeric(call, operand, 'STANDARD_SCALER', {});
}

function checkImputer(call: FittedCall, operand: Checked): Checked | null {
  const strategy = literalOf(call.options[0]);
  if (call.options.length !== 1 || !STRATEGIES.some((known) => known === strategy)) {
    return reportOptions(call, `a strategy: ${STRATEGIES.map((name) => `'${name}'`).join(', ')}`);
  }
  const parameters = { strategy: String(strategy) };
  if (operand.expression.type !== 'STRING') return numeric(call, operand, 'IMPUTER', parameters);
  if (strategy !== 'most_frequent') return reportOptions(call, "'most_frequent' for a STRING");
  return fitted(call, { function: 'IMPUTER', type: 'STRING', arguments: [operand.expression], parameters });
}

function checkEncoder(call: FittedCall, operand: Checked): Checked | null {
  const { context, node } = call;
  if (context.outermost !== node) {
    const message = 'ONE_HOT_ENCODER must be the outermost function: its result is a vector';
    return context.report({ position: node.position, message });
  }
  const [drop = 'none', topK = 32_000n, threshold = 5n] = call.options.map(literalOf);
  const isDrop = drop === 'none' || drop === 'most_frequent';
  if (call.options.length > 3 || !isDrop || !isCount(topK, 1_000_000n) || !isCount(threshold, 2n ** 53n)) {
    return reportOptions(
      call,
      "drop ('none' or 'most_frequent'), top_k and frequency_threshold, as literals",
    );
  }
  const { expression } = operand;
  if (expression.type !== 'STRING') {
    return report(call, operand, 'STRING', `CAST(… AS STRING)`);
  }
  const parameters = { drop, topK: Number(topK), frequencyThreshold: Number(threshold) };
  return fitted(call, {
    function: 'ONE_HOT_ENCODER',
    type: 'ARRAY<FLOAT64>',
    arguments: [expression],
    parameters,
  });
}

function numeric(
  call: FittedCall,
  operand: Checked,
  name: FittedFunctionName,
  parameters: FittedExpression['parameters'],
): Checked | null {
  if (coercionCost(operand, 'FLOAT64') === null) {
    const suggestion = operand.expression.type === 'BOOL' ? 'CAST(… AS INT64)' : 'CAST(… AS FLOAT64)';
    return report(call, operand, 'INT64 or FLOAT64', suggestion);
  }
  return fitted(call, {
    function: name,
    type: 'FLOAT64',
    arguments: [coerce(operand, 'FLOAT64')],
    parameters,
  });
}

function fitted({ node }: FittedCall, expression: Omit<FittedExpression, 'kind'>): Checked {
  return checkedOf({ kind: 'fitted', ...expression }, node.position);
}

function report({ context, node }: FittedCall, operand: Checked, expected: string, suggestion: string): null {
  const found = operand.expression.type;
  const message = `${node.name} takes ${expected}, not ${found}`;
  return context.report({ position: operand.position, message, found, expected, suggestion });
}

function reportOptions({ context, node, options }: FittedCall, expected: string): null {
  const position = options[0]?.position ?? node.position;
  return context.report({ position, message: `${node.name} takes ${expected}`, expected });
}

function literalOf(node: SyntaxNode | undefined): Value | undefined {
  return node?.kind === 'literal' ? node.value : null;
}

function isCount(value: Value | undefined, max: bigint): boolean {
  return typeof value === 'bigint' && value >= 0n && value <= max;
}

const STRATEGIES = ['mean', 'median', 'most_frequent'] as const;
