import { PlumblineError } from '../../definition/error.js';
import { ARITHMETIC } from './arithmetic.js';
import { ARRAYS } from './array.js';
import { BITS } from './bits.js';
import { CAST } from './cast.js';
import { DATE } from './date.js';
import { DIGEST } from './digest.js';
import { DISTANCE } from './distance.js';
import { LOGIC } from './logic.js';
import { MATH } from './math.js';
import type { Operation } from './operation.js';
import { PATTERN } from './pattern.js';
import { TEXT } from './text.js';
import { TIME } from './time.js';
import { TIME_FORMAT } from './time-format.js';

const TABLE = {
  ...ARITHMETIC,
  ...MATH,
  ...BITS,
  ...LOGIC,
  ...TEXT,
  ...PATTERN,
  ...DIGEST,
  ...CAST,
  ...DATE,
  ...TIME,
  ...TIME_FORMAT,
  ...ARRAYS,
  ...DISTANCE,
};

/** Ids as they stand in stored definitions: never renamed, never given another meaning (S26). */
export type OperationId = keyof typeof TABLE;

/** Every operation of the language; each target has a `Record<OperationId, … | null>` beside it. */
export const OPERATIONS: Readonly<Record<OperationId, Operation>> = TABLE;

/** The operation of an id that a stored definition holds. */
export function operationOf(id: string): Operation {
  if (Object.hasOwn(OPERATIONS, id)) return OPERATIONS[id as OperationId];
  throw new PlumblineError(
    'INTERNAL',
    `the operation "${id}" of a stored expression is not in the operation table`,
  );
}

/** Overloads by spelling, in the order of the table. */
export const OVERLOADS: ReadonlyMap<string, readonly OperationId[]> = overloads();

/** Other names of the same operations: under S6 a function is always its SAFE_ form. */
export const ALIASES: Readonly<Record<string, string>> = {
  CEILING: 'CEIL',
  POWER: 'POW',
  SUBSTRING: 'SUBSTR',
  CHARACTER_LENGTH: 'CHAR_LENGTH',
  OCTET_LENGTH: 'BYTE_LENGTH',
  '||': 'CONCAT',
  IFNULL: 'COALESCE',
  REGEXP_SUBSTR: 'REGEXP_EXTRACT',
  'IS UNKNOWN': 'IS NULL',
  SAFE_ADD: '+',
  SAFE_SUBTRACT: '-',
  SAFE_MULTIPLY: '*',
  SAFE_DIVIDE: '/',
  IEEE_DIVIDE: '/',
  SAFE_NEGATE: 'unary -',
};

function overloads(): ReadonlyMap<string, readonly OperationId[]> {
  const bySpelling = new Map<string, OperationId[]>();
  for (const id of Object.keys(TABLE) as OperationId[]) {
    const { sql } = OPERATIONS[id];
    bySpelling.set(sql, [...(bySpelling.get(sql) ?? []), id]);
  }
  return bySpelling;
}
