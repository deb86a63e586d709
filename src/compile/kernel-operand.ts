import type { Expression } from '../definition/expression.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../definition/value-type.js';

/** A value in generated code: `value` has the type's own representation even where `isNull` holds. */
export type Operand = { readonly value: string; readonly isNull: string };

/** Where generated statements go: what special forms need of the kernel's source. */
export type Emitter = {
  /** Emits what computes the node and says where its value is. */
  readonly emit: (node: Expression) => Operand;
  readonly line: (code: string) => void;
  /** Names a value that nothing assigns again. */
  readonly define: (value: string) => string;
  /** A number that no other name of the code has. */
  readonly fresh: () => number;
  readonly constant: (value: unknown) => Operand;
  /** Declares a result that the following lines may assign. */
  readonly declare: (type: ValueType, value?: string, isNull?: string) => Operand;
};

/** JavaScript that holds when one of the operands is NULL. */
export function anyOf(operands: readonly Operand[]): string {
  const nulls = [...new Set(operands.map(({ isNull }) => isNull))].filter((name) => name !== 'false');
  return nulls.length === 0 ? 'false' : nulls.join(' || ');
}

/** Puts values into `$0`, `$1`, … and `$*` of a template of the operation table; `$$` is a `$`. */
export function fill(template: string, values: readonly string[]): string {
  return template.replace(/\$(\d|\*|\$)/g, (_, place: string) => {
    if (place === '$') return '$';
    return place === '*' ? values.join(', ') : values[Number(place)]!;
  });
}

/** A value of a type for places that nobody reads. */
export function zeroOf(type: ValueType): string {
  return elementTypeOf(type) === null ? ZEROS[type as ScalarType] : 'EMPTY_ARRAY';
}

const ZEROS: Record<ScalarType, string> = {
  BOOL: 'false',
  INT64: '0n',
  FLOAT64: '0',
  STRING: "''",
  BYTES: 'EMPTY_BYTES',
  TIMESTAMP: '0n',
  DATE: '0',
};
