/** The scalar types of a value, under their GoogleSQL names (S1). */
export const SCALAR_TYPES = ['BOOL', 'INT64', 'FLOAT64', 'STRING', 'BYTES', 'TIMESTAMP', 'DATE'] as const;

export type ScalarType = (typeof SCALAR_TYPES)[number];

/** A scalar, or an array of scalars; an embedding is `ARRAY<FLOAT64>`. */
export type ValueType = ScalarType | `ARRAY<${ScalarType}>`;

/** Types a key component may have: everything that is compared exactly and is not an array (S1). */
export const KEY_TYPES = ['BOOL', 'INT64', 'STRING', 'BYTES', 'TIMESTAMP', 'DATE'] as const;

export type KeyType = (typeof KEY_TYPES)[number];

/** Every type a column may have, for schemas and messages. */
export const VALUE_TYPES: readonly ValueType[] = [
  ...SCALAR_TYPES,
  ...SCALAR_TYPES.map((scalar) => `ARRAY<${scalar}>` as const),
];

/** The element type of an array type, or null for a scalar. */
export function elementTypeOf(type: ValueType): ScalarType | null {
  return type.startsWith('ARRAY<') ? (type.slice(6, -1) as ScalarType) : null;
}
