import type { CallExpression, Expression } from '../../definition/expression.js';
import { formatDate, formatTimestamp } from '../../definition/time.js';
import type { Value } from '../../definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../definition/value-type.js';
import { fill } from '../kernel-operand.js';
import type { OperationId } from '../operation/table.js';
import { DUCKDB_OPERATIONS } from './duckdb-operation/table.js';

/**
 * The expression as DuckDB SQL, or null where DuckDB would not give the kernel's bits: the kernel must serve then (S8).
 * `columnSql` gives the SQL of a name of the scope, of its DuckDB type and finite (S3).
 */
export function duckdbSql(expression: Expression, columnSql: (name: string) => string): string | null {
  const lowered = lower(expression, columnSql);
  return lowered === null ? null : finite(lowered);
}

/** A name as an identifier of DuckDB. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A constant as DuckDB SQL of the type's DuckDB type. */
export function literalSql(type: ValueType, value: Value): string {
  if (value === null) return `CAST(NULL AS ${duckdbType(type)})`;
  const element = elementTypeOf(type);
  if (element === null) return LITERALS[type as ScalarType](value);
  const items = (value as readonly Value[]).map((item) => literalSql(element, item));
  return `CAST([${items.join(', ')}] AS ${duckdbType(type)})`;
}

/** DuckDB's types; a TIMESTAMP is UTC without a zone. */
const DUCKDB_TYPE: Record<ScalarType, string> = {
  BOOL: 'BOOLEAN',
  INT64: 'BIGINT',
  FLOAT64: 'DOUBLE',
  STRING: 'VARCHAR',
  BYTES: 'BLOB',
  TIMESTAMP: 'TIMESTAMP',
  DATE: 'DATE',
};

/** The type as DuckDB spells it; arrays are lists. */
export function duckdbType(type: ValueType): string {
  const element = elementTypeOf(type);
  return element === null ? DUCKDB_TYPE[type as ScalarType] : `${DUCKDB_TYPE[element]}[]`;
}

/** SQL of a node, and whether it may still give NaN or an infinity where the kernel has NULL. */
type Lowered = { readonly sql: string; readonly mayBeNonFinite: boolean };

function lower(expression: Expression, columnSql: (name: string) => string): Lowered | null {
  switch (expression.kind) {
    case 'literal':
      return exact(literalSql(expression.type, expression.value));
    case 'column':
      return exact(columnSql(expression.name));
    case 'call':
      return lowerCall(expression, columnSql);
    default:
      return null;
  }
}

function lowerCall(node: CallExpression, columnSql: (name: string) => string): Lowered | null {
  const lowering = DUCKDB_OPERATIONS[node.operation as OperationId];
  if (lowering === null) return null;
  const operands: string[] = [];
  for (const argument of node.arguments) {
    const operand = lower(argument, columnSql);
    if (operand === null) return null;
    operands.push(lowering.floats === 'absorbs' ? operand.sql : finite(operand));
  }
  const template = lowering.template(node, operands);
  const sql = template === null ? null : `(${fill(template, operands)})`;
  if (sql === null || sql.length > MAX_SQL_LENGTH) return null;
  return { sql, mayBeNonFinite: lowering.floats !== 'finite' };
}

function exact(sql: string): Lowered {
  return { sql, mayBeNonFinite: false };
}

/** S6: what is not finite is NULL. */
function finite({ sql, mayBeNonFinite }: Lowered): string {
  return mayBeNonFinite ? `CASE WHEN isfinite(${sql}) THEN ${sql} END` : sql;
}

const LITERALS: Record<ScalarType, (value: Value) => string> = {
  BOOL: (value) => (value === true ? 'TRUE' : 'FALSE'),
  INT64: (value) => `CAST('${value}' AS BIGINT)`,
  FLOAT64: (value) => `CAST('${Object.is(value, -0) ? '-0.0' : value}' AS DOUBLE)`,
  STRING: (value) => textLiteral(value as string),
  BYTES: (value) => `from_hex('${Buffer.from(value as Uint8Array).toString('hex')}')`,
  TIMESTAMP: (value) => `CAST('${formatTimestamp(value as bigint).slice(0, -1)}' AS TIMESTAMP)`,
  DATE: (value) => `CAST('${formatDate(value as number)}' AS DATE)`,
};

/** DuckDB's parser ends a statement at U+0000, so such a string is written as its bytes. */
function textLiteral(value: string): string {
  if (!value.includes('\0')) return `'${value.replaceAll("'", "''")}'`;
  return `decode(from_hex('${Buffer.from(value, 'utf8').toString('hex')}'))`;
}

/**
 * Guards repeat their operand, so nested ones grow exponentially; beyond this length the kernel serves.
 * Any expression a person writes stays far below it.
 */
const MAX_SQL_LENGTH = 20_000;
