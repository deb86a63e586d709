import { PlumblineError } from '../../definition/error.js';
import { type CallExpression, type Expression, namesIn } from '../../definition/expression.js';
import { fill } from '../kernel-operand.js';
import type { OperationId } from '../operation/table.js';
import { crossingOf } from './bigquery-crossing.js';
import { type BigqueryCall, type BigqueryFunction, bigqueryCall, isPortable } from './bigquery-function.js';
import { bigqueryLiteral } from './bigquery-literal.js';
import { BIGQUERY_OPERATIONS } from './bigquery-operation/table.js';

/** An expression as BigQuery SQL, and the functions that it calls, each once. */
export type BigquerySql = { readonly sql: string; readonly functions: readonly BigqueryFunction[] };

/** What stands for the leaves of an expression: SQL of a name of the scope, and of AS_OF(). */
export type BigqueryLeaves = {
  /** Of the type's BigQuery type and finite (S3); a NULL array must be NULL there, see `bigquery-query.ts`. */
  readonly columnSql: (name: string) => string;
  readonly asOfSql?: string;
};

/**
 * The expression as BigQuery SQL that gives the kernel's bits: what BigQuery has no equal for is a call of a JavaScript
 * function of the kernel's code (S8). Throws TOO_LARGE where BigQuery would refuse its length.
 */
export function bigquerySql(expression: Expression, leaves: BigqueryLeaves): BigquerySql {
  const functions = new Map<string, BigqueryFunction>();
  const sql = lowerToBigquery(expression, {
    ...leaves,
    callSql: (call, operands) => {
      functions.set(call.function.name, call.function);
      return `${call.function.name}(${operands.join(', ')})`;
    },
  });
  if (sql.length > MAX_QUERY_LENGTH) throw tooLong(sql.length);
  return { sql, functions: [...functions.values()] };
}

/** The same with calls of functions written by whoever asks, innermost first: SQL of the function's own result type. */
export type BigqueryTarget = BigqueryLeaves & {
  readonly callSql: (call: BigqueryCall, operands: readonly string[]) => string;
};

/** The expression as BigQuery SQL for a target. */
export function lowerToBigquery(expression: Expression, target: BigqueryTarget): string {
  switch (expression.kind) {
    case 'literal':
      return bigqueryLiteral(expression.type, expression.value);
    case 'column':
      return target.columnSql(expression.name);
    case 'asOf':
      if (target.asOfSql !== undefined) return target.asOfSql;
      throw new PlumblineError('INTERNAL', 'the expression reads AS_OF() and no SQL was given for it');
    case 'call':
      return lowerCall(expression, target);
    case 'fitted':
      throw new PlumblineError(
        'INTERNAL',
        `${expression.function} over ${namesIn(expression).join(', ')} has not been fitted yet`,
      );
  }
}

function lowerCall(node: CallExpression, target: BigqueryTarget): string {
  const operands = node.arguments.map((argument) => lowerToBigquery(argument, target));
  const native = nativeSql(node, operands);
  // Guards repeat their operands, so nested ones grow exponentially: a function takes each operand once.
  if (native !== null && (native.length <= MAX_NATIVE_LENGTH || !isPortable(node))) return native;
  const call = bigqueryCall(node);
  const passed = operands.filter((_, index) => node.arguments[index]!.kind !== 'literal');
  const converted = call.function.parameters.map(({ type }, index) =>
    crossingOf(type).toArgument(passed[index]!),
  );
  return crossingOf(node.type).fromResult(target.callSql(call, converted));
}

function nativeSql(node: CallExpression, operands: readonly string[]): string | null {
  const template = BIGQUERY_OPERATIONS[node.operation as OperationId]?.template(node, operands) ?? null;
  if (template === null) return null;
  const sql = `(${fill(template, operands)})`;
  if (sql.length <= MAX_QUERY_LENGTH) return sql;
  throw tooLong(sql.length);
}

function tooLong(length: number): PlumblineError {
  return new PlumblineError(
    'TOO_LARGE',
    `the expression is ${length} characters of BigQuery SQL; BigQuery takes ${MAX_QUERY_LENGTH}: split it into several features`,
  );
}

/** Any expression a person writes stays far below it. */
const MAX_NATIVE_LENGTH = 20_000;
/** Source: BigQuery, "Quotas and limits", unresolved GoogleSQL query length. */
const MAX_QUERY_LENGTH = 1_000_000;
