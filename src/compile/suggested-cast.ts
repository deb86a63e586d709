import type { Expression } from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import type { CheckContext, Checked } from './checked.js';
import { OPERATIONS } from './operation/table.js';
import { isReserved } from './reserved.js';

/** What to write instead of an operand so that it is of one of these types, the first that will do; null when nothing is known. */
export function suggestedAs(
  context: CheckContext,
  operand: Checked,
  types: readonly ValueType[],
): string | null {
  const column = columnInQuotes(context, operand);
  if (column !== null) return column;
  for (const type of types) {
    const written = asLiteral(operand, type) ?? asCast(operand, type);
    if (written !== null) return written;
  }
  return null;
}

/** A name as it is written: in backquotes where it has to be. */
export function writtenName(name: string): string {
  if (/^[A-Za-z_]\w*$/.test(name) && !isReserved(name.toUpperCase())) return name;
  return `\`${name.replaceAll(/[\\`]/g, '\\$&')}\``;
}

/** In some dialects a name stands in double quotes; here a text does. What to do if that is what happened, else null. */
export function columnInQuotes({ text, scope }: CheckContext, operand: Checked): string | null {
  const { expression, position } = operand;
  if (expression.kind !== 'literal' || expression.type !== 'STRING' || text[position] !== '"') return null;
  const value = String(expression.value);
  const known = [...scope.keys()].find((name) => name.toLowerCase() === value.toLowerCase());
  return known === undefined ? null : `the column ${writtenName(known)}, without the double quotes`;
}

function asLiteral({ expression, isLiteral }: Checked, type: ValueType): string | null {
  if (expression.kind !== 'literal' || !isLiteral) return null;
  const { value, type: from } = expression;
  if (type === 'STRING' && (from === 'INT64' || from === 'FLOAT64')) return `'${value}'`;
  if (type === 'BOOL' && (value === 0n || value === 1n)) return value === 0n ? 'FALSE' : 'TRUE';
  if (from !== 'STRING') return null;
  return READABLE.find(([readable]) => readable === type)?.[1].test(String(value)) ? String(value) : null;
}

/** Texts that are literals of a type without their quotes. */
const READABLE: readonly (readonly [ValueType, RegExp])[] = [
  ['INT64', /^-?\d{1,18}$/],
  ['FLOAT64', /^-?\d{1,18}(?:\.\d{1,18})?$/],
  ['BOOL', /^(?:true|false)$/i],
];

function asCast({ expression }: Checked, type: ValueType): string | null {
  const from = expression.type;
  if (expression.kind === 'literal' && from === 'STRING') return null;
  const written = writtenOperand(expression);
  if (from === 'INT64' && type === 'BOOL') return `${written} != 0`;
  if (from === 'BOOL' && type === 'FLOAT64') return `CAST(${written} AS INT64)`;
  if (!Object.hasOwn(OPERATIONS, `cast_${from}_${type}`.toLowerCase())) return null;
  return `${mayFail(from, type) ? 'SAFE_CAST' : 'CAST'}(${written} AS ${type})`;
}

/** A column or a number as it is written, of others an ellipsis. */
function writtenOperand(expression: Expression): string {
  if (expression.kind === 'column') return writtenName(expression.name);
  if (expression.kind !== 'literal') return '…';
  if (expression.type === 'BOOL') return expression.value === true ? 'TRUE' : 'FALSE';
  return expression.type === 'INT64' || expression.type === 'FLOAT64' ? String(expression.value) : '…';
}

/** Whether some values of a type are none of the other. */
function mayFail(from: ValueType, to: ValueType): boolean {
  if (to === 'STRING') return from === 'BYTES';
  return from === 'STRING' || (from === 'FLOAT64' && to === 'INT64');
}
