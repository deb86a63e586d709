import type { CallExpression } from '../../definition/expression.js';
import { DATE_MAX_DAYS, DATE_MIN_DAYS, TIMESTAMP_MAX_US, TIMESTAMP_MIN_US } from '../../definition/value.js';
import { MAX_TEXT_BYTES } from '../runtime/text.js';
import { UNIT_US } from '../runtime/timestamp.js';

/** How DuckDB carries an operation out. */
export type DuckdbLowering = {
  /** SQL over `$0`, `$1`, …; null where this node's types or parameters have no equal in DuckDB. */
  readonly template: (node: CallExpression, operands: readonly string[]) => string | null;
  /**
   * finite: never gives NaN or an infinity. makes: may give one, of finite operands. absorbs: also gives one whenever an
   * operand is one, so that a chain is guarded once, at its end.
   */
  readonly floats: 'finite' | 'makes' | 'absorbs';
};

/** The same SQL for all types, never NaN or an infinity. */
export function sql(template: string): DuckdbLowering {
  return { floats: 'finite', template: () => template };
}

/** FLOAT64 in and out. */
export function floats(kind: 'makes' | 'absorbs', template: string): DuckdbLowering {
  return { floats: kind, template: () => template };
}

/**
 * INT64 computed in 128 bits; NULL when the result is beyond 64. Compared with a constant, DuckDB 1.5 drops a TRY_CAST and
 * compares before it; LEAST of one operand hides the cast from that.
 */
export function int64(template: string): DuckdbLowering {
  return sql(`least(TRY_CAST(${template} AS BIGINT))`);
}

/** Any number of operands. */
export function variadic(write: (operands: readonly string[]) => string): DuckdbLowering {
  // Operands go in as they are: they may hold a $ of their own.
  return { floats: 'finite', template: (_, operands) => escaped(write(operands)) };
}

/** GREATEST and LEAST, NULL if an operand is; which zero of 0.0 and -0.0 they give is not defined in DuckDB. */
export function extreme(name: 'greatest' | 'least'): DuckdbLowering {
  return {
    floats: 'finite',
    template: (node, operands) => {
      if (node.type === 'FLOAT64') return null;
      const anyNull = operands.map((operand) => `${operand} IS NULL`).join(' OR ');
      return escaped(`CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${operands.join(', ')}) END`);
    },
  };
}

/** The branches of a CASE, from its first WHEN to END. */
export function branches(operands: readonly string[]): string {
  const whens: string[] = [];
  for (let i = 0; i + 1 < operands.length; i += 2) whens.push(`WHEN ${operands[i]} THEN ${operands[i + 1]}`);
  return `${whens.join(' ')} ELSE ${operands.at(-1)} END`;
}

/** NULL beyond the size a string function may return. */
export function bounded(text: string): string {
  return `CASE WHEN strlen(${text}) <= ${MAX_TEXT_BYTES} THEN ${text} END`;
}

/** A TIMESTAMP from microseconds in 128 bits, NULL out of range. */
export function timestampOf(write: (node: CallExpression) => string): DuckdbLowering {
  return {
    floats: 'finite',
    template: (node) => {
      const us = write(node);
      const isInRange = `${us} BETWEEN ${TIMESTAMP_MIN_US} AND ${TIMESTAMP_MAX_US}`;
      return `CASE WHEN ${isInRange} THEN make_timestamp(CAST(${us} AS BIGINT)) END`;
    },
  };
}

/** A DATE from days in 128 bits, NULL out of range. */
export function dateOf(days: string): DuckdbLowering {
  const isInRange = `${days} BETWEEN ${DATE_MIN_DAYS} AND ${DATE_MAX_DAYS}`;
  return sql(`CASE WHEN ${isInRange} THEN ${EPOCH} + CAST(${days} AS INTEGER) END`);
}

/** Division towards −∞; DuckDB's // goes towards zero. */
export function floorDivided(dividend: string, divisor: bigint): string {
  return `(${dividend} - ((${dividend} % ${divisor}) + ${divisor}) % ${divisor}) // ${divisor}`;
}

/** Microseconds of the node's part. */
export function unitOf(node: CallExpression): bigint {
  return UNIT_US[node.parameters?.['part'] ?? '']!;
}

/** Zones other than UTC are the kernel's: DuckDB brings its own time zone database. */
function isUtc(node: CallExpression): boolean {
  return node.parameters?.['zone'] === undefined || node.parameters['zone'] === 'UTC';
}

/** The same for all types, of the node's part, which is DAY where there is none. */
export function byPart(write: (part: string) => string | null): DuckdbLowering {
  return { floats: 'finite', template: (node) => write(node.parameters?.['part'] ?? 'DAY') };
}

/** In UTC only. */
export function inUtc({ floats, template }: DuckdbLowering): DuckdbLowering {
  return { floats, template: (node, operands) => (isUtc(node) ? template(node, operands) : null) };
}

/** SUBSTR from a literal position above 0 and for a literal length not below 0, within 32 bits. */
export function substrTemplate({ arguments: [, position, length] }: CallExpression): string | null {
  const isSame = (node: CallExpression['arguments'][number], least: bigint): boolean =>
    node.kind === 'literal' &&
    typeof node.value === 'bigint' &&
    node.value >= least &&
    node.value < 2n ** 31n;
  if (!isSame(position!, 1n) || (length !== undefined && !isSame(length, 0n))) return null;
  return length === undefined ? 'substring($0, $1)' : 'substring($0, $1, $2)';
}

/** Day 0, from which DATE arithmetic counts. */
export const EPOCH = "DATE '1970-01-01'";

/** EXTRACT's parts of the time of day. */
export const TIME_PARTS_SQL: Readonly<Record<string, string>> = {
  HOUR: 'hour($0)',
  MINUTE: 'minute($0)',
  SECOND: 'second($0)',
  MILLISECOND: 'millisecond($0) % 1000',
  MICROSECOND: 'microsecond($0) % 1000000',
};

/** Keeps `$` of already filled operands from being filled again. */
function escaped(text: string): string {
  return text.replaceAll('$', '$$$$');
}
