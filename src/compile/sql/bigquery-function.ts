import { createHash } from 'node:crypto';
import { PlumblineError } from '../../definition/error.js';
import type { CallExpression, ColumnExpression, Expression } from '../../definition/expression.js';
import type { ValueType } from '../../definition/value-type.js';
import { KernelSource } from '../kernel-source.js';
import { crossingOf } from './bigquery-crossing.js';
import { bigqueryText } from './bigquery-literal.js';
import { javascriptLiteral } from './javascript-literal.js';
import { declarationsFor, foreignTo } from './runtime-text.js';

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
  const body = bodyOf(inner, columns);
  const parameters = columns.map(({ name, type }) => ({ name, type, sqlType: crossingOf(type).sqlType }));
  const result = { type: node.type, sqlType: crossingOf(node.type).sqlType };
  return { node, function: define(node.operation, { parameters, result, body }), arguments: passed };
}

/** Whether a function could carry the operation: not where its kernel needs a Node API or a package. */
export function isPortable(node: CallExpression): boolean {
  const { columns, inner } = parametersOf(node);
  return foreignTo(codeOf(inner, columns).declarations).length === 0;
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

function bodyOf(node: CallExpression, columns: readonly ColumnExpression[]): string {
  const { declarations, code } = codeOf(node, columns);
  const foreign = foreignTo(declarations);
  if (foreign.length > 0) {
    throw new PlumblineError(
      'INTERNAL',
      `${node.operation} has no BigQuery SQL, and its kernel needs ${foreign.join(', ')}, which BigQuery's JavaScript lacks`,
    );
  }
  const notices = new Set(declarations.map(({ notice }) => notice));
  const zeros = ZEROS.filter(([name]) => code.includes(name)).map(
    ([name, value]) => `const ${name} = ${value};`,
  );
  const parts = ["'use strict';", ...notices, ...declarations.map((each) => each.code), ...zeros, code];
  return parts.filter((text) => text !== '').join('\n');
}

/** The kernel's statements for the operation over arguments of the columns' names, and what they need of the runtime. */
function codeOf(
  node: CallExpression,
  columns: readonly ColumnExpression[],
): ReturnType<typeof declarationsFor> {
  const source = new KernelSource(new Map(columns.map(({ name }, index) => [name, index])), 'row');
  const { value, isNull } = source.emit(node);
  const reads = columns.map(({ name, type }, slot) => readSource(slot, name, type));
  const constants = source.constants.map(
    (constant, index) => `const k${index} = ${javascriptLiteral(constant)};`,
  );
  const result = `return ${isNull} ? null : ${crossingOf(node.type).write(value)};`;
  // Constants are texts of users, in which nothing is replaced.
  const { declarations, code } = declarationsFor([...reads, source.body(), result].join('\n'));
  return { declarations, code: [...constants, code].join('\n') };
}

function readSource(slot: number, name: string, type: ValueType): string {
  return `const m${slot} = ${name} === null || ${name} === undefined, d${slot} = m${slot} ? null : ${crossingOf(type).read(name)};`;
}

function define(
  operation: string,
  { parameters, result, body }: Pick<BigqueryFunction, 'parameters' | 'result' | 'body'>,
): BigqueryFunction {
  const size = Buffer.byteLength(body, 'utf8');
  if (size > MAX_BODY_BYTES) {
    throw new PlumblineError(
      'TOO_LARGE',
      `"${operation}" takes ${size} bytes of JavaScript in BigQuery, which takes ${MAX_BODY_BYTES}: write fewer or shorter literals`,
    );
  }
  const list = parameters.map(({ name, sqlType }) => `${name} ${sqlType}`).join(', ');
  const signature = `(${list})\nRETURNS ${result.sqlType}\nDETERMINISTIC\nLANGUAGE js\n`;
  const hash = createHash('sha256').update(signature).update(body).digest('hex').slice(0, HASH_DIGITS);
  const name = `plumbline_${operation}_${hash}`;
  const statement = `CREATE TEMP FUNCTION ${name}${signature}AS ${quotedBody(body)}`;
  return { name, parameters, result, body, statement };
}

/** A raw string where the text allows it, for people to read. */
function quotedBody(body: string): string {
  return body.includes('"""') ? bigqueryText(body) : `r"""\n${body}\n"""`;
}

/** Values of types that generated code has as names, see `kernel-operand.ts`. */
const ZEROS = [
  ['EMPTY_BYTES', 'new Uint8Array(0)'],
  ['EMPTY_ARRAY', '[]'],
] as const;
/** Source: BigQuery, "Quotas and limits", inline code of a JavaScript function. */
const MAX_BODY_BYTES = 32 * 1024;
const HASH_DIGITS = 12;
