import { PlumblineError } from '../../definition/error.js';
import type { Expression } from '../../definition/expression.js';
import type { Value } from '../../definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../definition/value-type.js';
import { type BigqueryLeaves, bigquerySql } from './bigquery.js';
import { bigqueryIdentifier, bigqueryLiteral } from './bigquery-literal.js';

/** A feature, over the columns of a table. */
export type BigqueryFeature = {
  readonly name: string;
  readonly expression: Expression;
  /** What replaces a missing value (S7). */
  readonly defaultValue: Value;
};

/** Rows to compute features of: a table or a query in parentheses, as it stands behind FROM, and its columns. */
export type BigqueryRows = {
  readonly from: string;
  readonly columns: ReadonlyMap<string, ValueType>;
  readonly asOfSql?: string;
};

/**
 * The statements that compute features over rows, in the order in which they run in one session: each function once, then
 * one query with a column for each feature, named as it is. A row of the table is a row of the result.
 */
export function bigqueryStatements(
  features: readonly BigqueryFeature[],
  rows: BigqueryRows,
): readonly string[] {
  const leaves: BigqueryLeaves = {
    columnSql: (name) => storedColumn(name, typeOf(name, rows)),
    ...(rows.asOfSql !== undefined && { asOfSql: rows.asOfSql }),
  };
  const functions = new Map<string, string>();
  const outputs = features.map(({ name, expression, defaultValue }) => {
    const { sql, functions: called } = bigquerySql(expression, leaves);
    for (const each of called) functions.set(each.name, each.statement);
    return `${storedValue(expression.type, withDefault(sql, expression.type, defaultValue))} AS ${bigqueryIdentifier(name)}`;
  });
  return [...functions.values(), `SELECT\n  ${outputs.join(',\n  ')}\nFROM ${rows.from}`];
}

/**
 * The type of a column in a table or a result. BigQuery keeps no NULL array there, it would come back empty: an array is
 * the one field of a STRUCT, which can be NULL.
 */
export function bigqueryType(type: ValueType): string {
  return elementTypeOf(type) === null ? (type as ScalarType) : `STRUCT<${ITEMS} ${type}>`;
}

/** SQL of the value of a column in a table. */
export function storedColumn(name: string, type: ValueType): string {
  const column = bigqueryIdentifier(name);
  return elementTypeOf(type) === null ? column : `${column}.${ITEMS}`;
}

/** SQL of a value as it is kept in a table. The array stands in the FROM clause, where its name hides no column. */
export function storedValue(type: ValueType, sql: string): string {
  if (elementTypeOf(type) === null) return sql;
  return `(SELECT IF(${ITEMS} IS NULL, NULL, STRUCT(${ITEMS})) FROM (SELECT ${sql} AS ${ITEMS}))`;
}

function typeOf(name: string, { columns, from }: BigqueryRows): ValueType {
  const type = columns.get(name);
  if (type === undefined)
    throw new PlumblineError('INTERNAL', `a feature reads "${name}", which ${from} is not said to have`);
  return type;
}

function withDefault(sql: string, type: ValueType, value: Value): string {
  return value === null ? sql : `COALESCE(${sql}, ${bigqueryLiteral(type, value)})`;
}

const ITEMS = 'items';
