import { createHash } from 'node:crypto';
import { PlumblineError } from '../../definition/error.js';
import type { CallExpression, ColumnExpression, Expression } from '../../definition/expression.js';
import type { ValueType } from '../../definition/value-type.js';
import { bodyOf, type KernelText, kernelText } from './bigquery-body.js';
import { crossingOf } from './bigquery-crossing.js';
import { bigqueryText } from './bigquery-literal.js';

/** An operation as a JavaScript function of BigQuery, made of the kernel's own code (S8). */
export type BigqueryFunction = {
  /** `plumbline_<operation>_<hash of its signature and code>`: the same for the same function. */
  readonly name: string;
  /** `a0`, `a1`, …: their types in the language and in the signature, see `bigquery-crossing.ts`. */
  readonly parameters: readonly {
    readonly name: string;
    readonly type: ValueType;
    readonly sqlType: string;
  }[];
  readonly result: { readonly type: ValueType; readonly sqlType: string };
  /** The text of the function's body. */
  readonly body: string;
  /** The statement that defines it, without a semicolon. */
  readonly statement: string;
};

/** A node carried by a function, and which of its arguments that is called with. */
export type BigqueryCall = {
  readonly node: CallExpression;
  readonly function: BigqueryFunction;
  readonly arguments: readonly Expression[];
};

/**
 * The function that carries one operation out. Literal arguments are part of its code, the others its parameters. Throws
 * TOO_LARGE where BigQuery would refuse its size, INTERNAL where the kernel's code needs what only Node has.
 */
export function bigqueryCall(node: CallExpression): BigqueryCall {
  const { passed, columns, inner } = parametersOf(node);
  const text = kernelText(inner, columns);
  if (text.foreign.length > 0) {
    throw new PlumblineError(
      'INTERNAL',
      `${node.operation} has no BigQuery SQL, and its kernel needs ${text.foreign.join(', ')}, which BigQuery's JavaScript lacks`,
    );
  }
  return { node, function: functionOf(node, columns, text), arguments: passed };
}

/** Whether a function could carry the operation: not where its kernel needs a Node API or a package. */
export function isPortable(node: CallExpression): boolean {
  const { columns, inner } = parametersOf(node);
  return kernelText(inner, columns).foreign.length === 0;
}

/** The arguments that are no literals, a column for each, and the node over these columns. */
function parametersOf(node: CallExpression): {
  readonly passed: readonly Expression[];
  readonly columns: readonly ColumnExpression[];
  readonly inner: CallExpression;
} {
  const passed = node.arguments.filter((argument) => argument.kind !== 'literal');
  const columns = passed.map(
    ({ type }, index): ColumnExpression => ({ kind: 'column', type, name: `a${index}` }),
  );
  const inner = node.arguments.map((argument) =>
    argument.kind === 'literal' ? argument : columns[passed.indexOf(argument)]!,
  );
  return { passed, columns, inner: { ...node, arguments: inner } };
}

function functionOf(
  { operation, type }: CallExpression,
  columns: readonly ColumnExpression[],
  text: KernelText,
): BigqueryFunction {
  const parameters = columns.map((column) => ({
    name: column.name,
    type: column.type,
    sqlType: crossingOf(column.type).sqlType,
  }));
  const result = { type, sqlType: crossingOf(type).sqlType };
  const list = parameters.map(({ name, sqlType }) => `${name} ${sqlType}`).join(', ');
  const signature = `(${list})\nRETURNS ${result.sqlType}\nDETERMINISTIC\nLANGUAGE js\n`;
  const hash = createHash('sha256').update(signature);
  for (const part of [...text.declarations, text.statements]) hash.update(part).update('\n');
  const name = `plumbline_${operation}_${hash.digest('hex').slice(0, HASH_DIGITS)}`;
  const body = boundedBody(
    operation,
    bodyOf(
      name,
      text,
      columns.map((column) => column.name),
    ),
  );
  const statement = `CREATE TEMP FUNCTION ${name}${signature}AS ${quotedBody(body)}`;
  return { name, parameters, result, body, statement };
}

function boundedBody(operation: string, body: string): string {
  const size = Buffer.byteLength(body, 'utf8');
  if (size <= MAX_BODY_BYTES) return body;
  throw new PlumblineError(
    'TOO_LARGE',
    `"${operation}" takes ${size} bytes of JavaScript in BigQuery, which takes ${MAX_BODY_BYTES}: write fewer or shorter literals`,
  );
}

/** A raw string where the text allows it, for people to read. */
function quotedBody(body: string): string {
  return body.includes('"""') ? bigqueryText(body) : `r"""\n${body}\n"""`;
}

/** Source: BigQuery, "Quotas and limits", inline code of a JavaScript function. */
const MAX_BODY_BYTES = 32 * 1024;
const HASH_DIGITS = 12;
