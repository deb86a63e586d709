import type { Expression } from '../definition/expression.js';
import type { Value } from '../definition/value.js';
import { elementTypeOf, type ValueType } from '../definition/value-type.js';

/**
 * The JSON form of a typed expression: itself, but for literals, whose INT64 and TIMESTAMP values are decimal strings,
 * BYTES base64 and -0.0 the string "-0.0", so that reading it back gives the same bits.
 */
export function expressionJson(expression: Expression): unknown {
  switch (expression.kind) {
    case 'literal':
      return { ...expression, value: literalJson(expression.value) };
    case 'call':
    case 'fitted':
      return { ...expression, arguments: expression.arguments.map(expressionJson) };
    case 'column':
    case 'asOf':
      return expression;
  }
}

/** Reads what {@link expressionJson} wrote; the caller vouches for where it comes from. */
export function parseExpressionJson(json: unknown): Expression {
  const expression = json as Expression;
  if (expression.kind === 'literal') {
    return { ...expression, value: parseLiteral(expression.type, expression.value) };
  }
  if (expression.kind === 'call') {
    return { ...expression, arguments: expression.arguments.map(parseExpressionJson) };
  }
  if (expression.kind === 'fitted') {
    const [input, ...key] = expression.arguments;
    return { ...expression, arguments: [parseExpressionJson(input), ...key.map(parseExpressionJson)] };
  }
  return expression;
}

function literalJson(value: Value): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Object.is(value, -0)) return '-0.0';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return Array.isArray(value) ? value.map(literalJson) : value;
}

function parseLiteral(type: ValueType, json: unknown): Value {
  if (json === null) return null;
  const element = elementTypeOf(type);
  if (element !== null) return (json as unknown[]).map((item) => parseLiteral(element, item));
  switch (type) {
    case 'INT64':
    case 'TIMESTAMP':
      return BigInt(json as string);
    case 'FLOAT64':
      return Number(json);
    case 'BYTES':
      return new Uint8Array(Buffer.from(json as string, 'base64'));
    default:
      return json as Value;
  }
}
