import { childrenOf, type Expression, namesIn } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import type { Row } from './oracle.js';

/** A typed expression with everything that tells it from others. */
export function structureOf(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return `${valueText(expression.value)}:${expression.type}`;
    case 'column':
      return `${JSON.stringify(expression.name)}:${expression.type}`;
    case 'asOf':
      return 'AS_OF()';
    case 'call': {
      const parameters = Object.entries(expression.parameters ?? {}).sort();
      const name = [expression.operation, ...parameters.flat()].join(' ');
      return `${name}(${childrenOf(expression).map(structureOf).join(', ')}):${expression.type}`;
    }
    case 'fitted':
      return `${expression.function}(${structureOf(expression.arguments[0])})`;
  }
}

/** The columns of a row that an expression reads. */
export function rowText(expression: Expression, row: Row): string {
  return namesIn(expression)
    .map((name) => `${name} = ${valueText(row.get(name) ?? null)}`)
    .join(', ');
}

/** A value with everything that tells it from others: -0, quotes, bytes. */
export function valueText(value: Value): string {
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return `b'${Buffer.from(value).toString('hex')}'`;
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value === 'string') return JSON.stringify(value);
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Whether two values have the same bits; 0 and -0 do not. */
export function sameBits(a: Value, b: Value): boolean {
  return Object.is(a, b) || (typeof a === typeof b && typeof a === 'object' && valueText(a) === valueText(b));
}
