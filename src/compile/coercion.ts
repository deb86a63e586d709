import type { Expression, LiteralExpression } from '../definition/expression.js';
import type { Value } from '../definition/value.js';
import { elementTypeOf, type ValueType } from '../definition/value-type.js';
import { type Checked, callOf } from './checked.js';
import { dateOfText, timestampOfText } from './runtime/time-text.js';

/**
 * What it costs to read a node as `type` without being asked: 0 as it is, more for literals of another type and for INT64
 * as FLOAT64; null when GoogleSQL does not do it. Source: GoogleSQL, "Conversion rules", coercion.
 */
export function coercionCost(from: Checked, type: ValueType): number | null {
  if (from.isNull || from.expression.type === type) return 0;
  if (from.expression.type === 'INT64' && type === 'FLOAT64') return from.isLiteral ? 1 : 2;
  return literalAs(from, type) === null ? null : 3;
}

/** The node as `type`; {@link coercionCost} must have allowed it. */
export function coerce(from: Checked, type: ValueType): Expression {
  const { expression } = from;
  if (from.isNull) return literal(type, null);
  if (expression.type === type) return expression;
  const read = literalAs(from, type);
  if (read !== null) return literal(type, read);
  if (expression.kind === 'literal') {
    return literal(type, expression.value === null ? null : Number(expression.value));
  }
  return callOf('cast_int64_float64', 'FLOAT64', [expression]);
}

/** The one type that all nodes can be read as, or null. NULLs alone are INT64, as in GoogleSQL. */
export function supertype(nodes: readonly Checked[]): ValueType | null {
  const typed = nodes.filter((node) => !node.isNull);
  const candidates = new Set<ValueType>(typed.map(({ expression }) => expression.type));
  if (candidates.size === 0) return 'INT64';
  for (const candidate of candidates) {
    if (typed.every((node) => coercionCost(node, candidate) !== null)) return candidate;
  }
  return null;
}

/** Text of types for messages: `STRING and INT64`. */
export function typeList(nodes: readonly Checked[]): string {
  const names = nodes.map(({ isNull, expression }) => (isNull ? 'NULL' : expression.type));
  const shown = names.length > MAX_LISTED ? [...names.slice(0, MAX_LISTED), '…'] : names;
  return shown.length < 2 ? (shown[0] ?? 'nothing') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** A string literal where a time or bytes are wanted, read as that; an array literal element by element. */
function literalAs({ expression, isLiteral }: Checked, type: ValueType): Value {
  if (!isLiteral || expression.kind !== 'literal') return null;
  const [from, to] = [elementTypeOf(expression.type), elementTypeOf(type)];
  if (from !== null && to !== null) return elementsAs(expression.value, from, to);
  return expression.type === 'STRING' ? textAs(expression.value as string, type) : null;
}

function elementsAs(value: Value, from: ValueType, to: ValueType): Value {
  if (!Array.isArray(value)) return null;
  const read = value.map((item): Value => {
    if (from === to) return item;
    if (from === 'INT64' && to === 'FLOAT64') return Number(item);
    return from === 'STRING' ? textAs(item, to) : null;
  });
  return read.includes(null) ? null : read;
}

function textAs(text: string, type: ValueType): Value {
  if (type === 'BYTES') return new Uint8Array(Buffer.from(text, 'utf8'));
  if (type === 'DATE') return dateOfText(text);
  return type === 'TIMESTAMP' ? timestampOfText(text) : null;
}

function literal(type: ValueType, value: Value): LiteralExpression {
  return { kind: 'literal', type, value };
}

const MAX_LISTED = 6;
