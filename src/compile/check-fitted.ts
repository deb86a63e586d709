import {
  type Expression,
  FITTED_FUNCTIONS,
  type FittedFunctionName,
  type FittedParameters,
} from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import { readOptions } from './check-options.js';
import { type CheckContext, type Checked, checkedOf } from './checked.js';
import { coerce, coercionCost } from './coercion.js';
import { UNSEEN } from './fitted/by-key.js';
import type { InputKind, Preprocessing } from './fitted/preprocessing.js';
import { PREPROCESSING } from './fitted/table.js';
import { suggestedAs } from './suggested-cast.js';
import type { CallNode, SyntaxNode } from './syntax.js';

/**
 * A preprocessing function `F(x, …)`, in a transform only; those that learn from the training split stand with `OVER ()`
 * (S24). Source: BigQuery ML, preprocessing functions.
 */
export function checkFitted(context: CheckContext, node: CallNode): Checked | null {
  const name = FITTED_FUNCTIONS.find((fitted) => fitted === node.name);
  const refusal = refusalOf(context, node, name);
  if (name === undefined || refusal !== null) {
    return context.report({ position: node.position, message: refusal ?? 'is refused' });
  }
  const [argument, ...options] = node.arguments;
  if (argument === undefined || argument.kind === 'named') {
    return context.report({ position: node.position, message: `${name} takes at least one argument` });
  }
  const operand = context.check(argument);
  const parameters = readOptions(context, node, options, PREPROCESSING[name].options);
  const key = node.partition === null ? [] : keyOf(context, node.partition);
  if (operand === null || parameters === null || key === null) return null;
  return typed({ context, node, name, operand, parameters, key });
}

/** The key of `PARTITION BY`, a STRING; null where it was reported wrong. */
function keyOf(context: CheckContext, node: SyntaxNode): readonly Expression[] | null {
  const key = context.check(node);
  if (key === null) return null;
  if (coercionCost(key, 'STRING') !== null) return [coerce(key, 'STRING')];
  const found = key.expression.type;
  const suggestion = suggestedAs(context, key, ['STRING']);
  return context.report({
    position: key.position,
    message: `PARTITION BY takes STRING, not ${found}`,
    found,
    expected: 'STRING',
    ...(suggestion !== null && { suggestion }),
  });
}

type Call = {
  readonly context: CheckContext;
  readonly node: CallNode;
  readonly name: FittedFunctionName;
  readonly operand: Checked;
  readonly parameters: FittedParameters;
  /** One expression or none. */
  readonly key: readonly Expression[];
};

function refusalOf(
  context: CheckContext,
  node: CallNode,
  name: FittedFunctionName | undefined,
): string | null {
  if (name === undefined)
    return `${node.name} takes no OVER (); functions that do are ${ANALYTIC.join(', ')}`;
  const { analytic } = PREPROCESSING[name];
  if (context.allow !== 'transform') {
    const why = analytic ? 'is fitted in training' : 'prepares a model input';
    return `${name} ${why}: it belongs into the transform of a model`;
  }
  if (node.partition !== null && PREPROCESSING[name].takesKey === undefined)
    return `${name} takes no PARTITION BY; functions that do are ${KEYED.join(', ')}`;
  if (analytic === node.over) return null;
  return analytic
    ? `write ${name}(…) OVER (): it is fitted over all training rows`
    : `${name} takes no OVER (): it learns nothing`;
}

const KEYED = FITTED_FUNCTIONS.filter((name) => PREPROCESSING[name].takesKey);

const ANALYTIC = FITTED_FUNCTIONS.filter((name) => PREPROCESSING[name].analytic);

function typed(call: Call): Checked | null {
  const { context, node, name, operand, parameters, key } = call;
  const { input, refuse, result }: Preprocessing = PREPROCESSING[name];
  const type = INPUT_TYPES[input].find((taken) => coercionCost(operand, taken) !== null);
  if (type === undefined) return reportInput(call, input);
  const refused = refuse?.(type, parameters) ?? null;
  if (refused !== null) {
    const position = node.arguments[1]?.position ?? node.position;
    return context.report({ position, message: `${name} takes ${refused}`, expected: refused });
  }
  if (parameters[UNSEEN.parameter] !== undefined && key.length === 0) {
    const message = `${name} takes ${UNSEEN.name} with OVER (PARTITION BY key) only`;
    return context.report({ position: node.position, message });
  }
  const resultType = result(type, parameters);
  if (resultType === 'vector' && context.outermost !== node) {
    const message = `${name} must be the outermost function: its result is a vector`;
    return context.report({ position: node.position, message });
  }
  const expression = {
    kind: 'fitted',
    function: name,
    type: resultType === 'vector' ? 'ARRAY<FLOAT64>' : resultType,
    arguments: [coerce(operand, type), ...key],
    parameters,
  } as const;
  return checkedOf(expression, node.position);
}

/** The types of an input, the one that a NULL takes first. */
const INPUT_TYPES: Record<InputKind, readonly ValueType[]> = {
  number: ['FLOAT64'],
  text: ['STRING'],
  value: ['FLOAT64', 'STRING'],
  numbers: ['ARRAY<FLOAT64>'],
  texts: ['ARRAY<STRING>'],
};

const EXPECTED: Record<InputKind, string> = {
  number: 'INT64 or FLOAT64',
  text: 'STRING',
  value: 'INT64, FLOAT64 or STRING',
  numbers: 'ARRAY<FLOAT64>',
  texts: 'ARRAY<STRING>',
};

function reportInput({ context, node, operand }: Call, input: InputKind): null {
  const found = operand.expression.type;
  const expected = EXPECTED[input];
  const message = `${node.name} takes ${expected}, not ${found}`;
  const suggestion = insteadOf(input, found) ?? suggestedAs(context, operand, INPUT_TYPES[input]);
  const { position } = operand;
  return context.report({ position, message, found, expected, ...(suggestion !== null && { suggestion }) });
}

/** What is meant where no cast would help: words of a text, one text for each row. */
function insteadOf(input: InputKind, found: ValueType): string | null {
  if (input === 'texts' && found === 'STRING') return 'TOKENS(…)';
  return input === 'text' && found === 'ARRAY<STRING>' ? 'MULTI_HOT_ENCODER(…) OVER ()' : null;
}
