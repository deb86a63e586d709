import type { TokenReader } from './token-reader.js';

/** An operator of another language between operands, and what is written here instead. */
type ForeignOperator = {
  /** The operator here that means the same; it is taken for it. */
  readonly meant?: string;
  /** What is written here. */
  readonly instead: string;
  /** How tightly it binds where it comes from, in levels of `precedence.ts`. */
  readonly level: number;
};

/** The operator of another language at hand, or null. */
export function foreignOperatorAt(reader: TokenReader): ForeignOperator | null {
  const { kind, upper } = reader.peek();
  if (kind !== 'symbol' && kind !== 'name') return null;
  return Object.hasOwn(FOREIGN, upper) ? FOREIGN[upper]! : null;
}

const PATTERN = 'REGEXP_CONTAINS(value, pattern)';

const FOREIGN: Readonly<Record<string, ForeignOperator>> = {
  '==': { meant: '=', instead: '=', level: 4 },
  '&&': { meant: 'AND', instead: 'AND', level: 2 },
  '%': { instead: 'MOD(a, b)', level: 11 },
  MOD: { instead: 'MOD(a, b)', level: 11 },
  DIV: { instead: 'DIV(a, b)', level: 11 },
  '//': { instead: 'DIV(a, b), or -- before a comment', level: 11 },
  '**': { instead: 'POW(a, b)', level: 11 },
  '<=>': { instead: 'a IS NOT DISTINCT FROM b', level: 4 },
  XOR: { instead: 'a != b', level: 1 },
  ISNULL: { instead: 'a IS NULL', level: 4 },
  NOTNULL: { instead: 'a IS NOT NULL', level: 4 },
  ILIKE: { instead: 'LOWER(a) LIKE pattern', level: 4 },
  RLIKE: { instead: PATTERN, level: 4 },
  REGEXP: { instead: PATTERN, level: 4 },
  GLOB: { instead: PATTERN, level: 4 },
};
