import { checkExpression } from '../../src/compile/check.js';
import { ARITHMETIC } from '../../src/compile/operation/arithmetic.js';
import { ARRAYS } from '../../src/compile/operation/array.js';
import { BITS } from '../../src/compile/operation/bits.js';
import { CAST } from '../../src/compile/operation/cast.js';
import { DATE } from '../../src/compile/operation/date.js';
import { DIGEST } from '../../src/compile/operation/digest.js';
import { DISTANCE } from '../../src/compile/operation/distance.js';
import { LOGIC } from '../../src/compile/operation/logic.js';
import { MATH } from '../../src/compile/operation/math.js';
import type { Operation } from '../../src/compile/operation/operation.js';
import { PATTERN } from '../../src/compile/operation/pattern.js';
import { ALIASES, OPERATIONS, type OperationId } from '../../src/compile/operation/table.js';
import { TEXT } from '../../src/compile/operation/text.js';
import { TIME } from '../../src/compile/operation/time.js';
import { TIME_FORMAT } from '../../src/compile/operation/time-format.js';
import { INFIX } from '../../src/compile/precedence.js';
import { BIGQUERY_OPERATIONS } from '../../src/compile/sql/bigquery-operation/table.js';
import { DUCKDB_OPERATIONS } from '../../src/compile/sql/duckdb-operation/table.js';
import { type CallExpression, childrenOf, type Expression } from '../../src/definition/expression.js';
import { LANGUAGE_INTRODUCTION } from './language-introduction.js';

/** Every operation, in the order of the page. */
export const FAMILIES: readonly (readonly [title: string, family: Readonly<Record<string, Operation>>])[] = [
  ['Arithmetic and rounding', ARITHMETIC],
  ['Powers, logarithms, trigonometry', MATH],
  ['Bits', BITS],
  ['Comparison, logic, choice', LOGIC],
  ['Strings and bytes', TEXT],
  ['Patterns', PATTERN],
  ['Hashes and encodings', DIGEST],
  ['Dates and times', { ...DATE, ...TIME, ...TIME_FORMAT }],
  ['Arrays', ARRAYS],
  ['Distances', DISTANCE],
  ['Casts', CAST],
];

/** The reference of the language as Markdown: all of it comes from the operation table and the precedence table. */
export function languagePage(): string {
  const sections = FAMILIES.flatMap(([title, family]) => [
    `## ${title}`,
    ...spellings(family).map(([sql, ids]) => spellingText(sql, ids)),
  ]);
  return `${[LANGUAGE_INTRODUCTION, contentsText(), precedenceText(), aliasText(), ...sections].join('\n\n')}\n`;
}

function contentsText(): string {
  const rows = FAMILIES.map(([title, family]) => {
    const names = spellings(family).map(([sql]) => `\`${sql}\``);
    return `- **${title}**: ${names.join(' ')}`;
  });
  return ['## At a glance', '', ...rows].join('\n');
}

/** The call that an operation's example makes of it. */
export function exampleCall(id: OperationId): CallExpression | null {
  const text = OPERATIONS[id].example?.[0];
  if (text === undefined) return null;
  const checked = checkExpression(text, { scope: new Map(), allow: 'row' });
  return 'expression' in checked ? callsOf(checked.expression, id) : null;
}

function callsOf(node: Expression, id: OperationId): CallExpression | null {
  if (node.kind === 'call' && node.operation === id) return node;
  for (const child of childrenOf(node)) {
    const found = callsOf(child, id);
    if (found !== null) return found;
  }
  return null;
}

function spellings(
  family: Readonly<Record<string, Operation>>,
): readonly (readonly [string, readonly OperationId[]])[] {
  const groups = new Map<string, OperationId[]>();
  for (const [id, { sql }] of Object.entries(family)) {
    groups.set(sql, [...(groups.get(sql) ?? []), id as OperationId]);
  }
  return [...groups];
}

function spellingText(sql: string, ids: readonly OperationId[]): string {
  return [`### \`${sql}\``, ...ids.map(operationText)].join('\n\n');
}

function operationText(id: OperationId): string {
  const operation = OPERATIONS[id];
  const [expression, equals] = operation.example ?? ['', ''];
  return [
    `\`${signatureOf(operation)}\``,
    '',
    `${operation.about ?? ''} ${nullText(operation)}`.trim(),
    '',
    `- \`${expression}\` is \`${equals}\``,
    `- DuckDB: ${duckdbText(id)}. BigQuery: ${bigqueryText(id)}.`,
  ].join('\n');
}

function signatureOf(operation: Operation): string {
  if (operation.form !== undefined) return `${operation.form} → ${operation.result}`;
  const types = [...operation.arguments, ...(operation.variadic ? ['…'] : [])];
  const [first, second] = types;
  if (operation.sql.startsWith('unary ')) return `${operation.sql.slice(6)} ${first} → ${operation.result}`;
  const isInfix = Object.hasOwn(INFIX, operation.sql) && types.length >= 2;
  if (isInfix && !operation.variadic) return `${first} ${operation.sql} ${second} → ${operation.result}`;
  return `${operation.sql}(${types.join(', ')}) → ${operation.result}`;
}

/** What follows of the kernel's kind (S7). */
function nullText({ kernel }: Operation): string {
  return kernel.kind === 'special' ? '' : 'NULL if an argument is NULL.';
}

function duckdbText(id: OperationId): string {
  const lowering = DUCKDB_OPERATIONS[id];
  if (lowering === null) return 'the kernel beside it';
  const call = exampleCall(id);
  if (call === null || lowering.template(overColumns(call), names(call)) !== null) return 'SQL';
  const isForConstants = lowering.template(call, names(call)) !== null;
  return isForConstants ? 'SQL for some constants, else the kernel beside it' : 'SQL for some arguments';
}

function bigqueryText(id: OperationId): string {
  const lowering = BIGQUERY_OPERATIONS[id];
  if (lowering === null) return 'a JavaScript function';
  const call = exampleCall(id);
  const isAlways = call === null || lowering.template(overColumns(call), names(call)) !== null;
  return isAlways ? 'SQL' : 'SQL for some arguments, else a JavaScript function';
}

function overColumns(call: CallExpression): CallExpression {
  const columns = call.arguments.map(
    ({ type }, i) => ({ kind: 'column', type, name: names(call)[i]! }) as const,
  );
  return { ...call, arguments: columns };
}

function names(call: CallExpression): readonly string[] {
  return call.arguments.map((_, index) => `x${index}`);
}

function precedenceText(): string {
  const levels = new Map<number, string[]>();
  for (const [spelling, { level }] of Object.entries(INFIX)) {
    levels.set(level, [...(levels.get(level) ?? []), `\`${spelling}\``]);
  }
  const rows = [...levels].sort(([a], [b]) => b - a).map(([, operators]) => `1. ${operators.join(' ')}`);
  return [
    '## Operators, the tightest first',
    'Element access `x[OFFSET(i)]` binds tightest, then the signs `-`, `+` and `~`; then',
    '',
    ...rows,
    '',
    '`NOT` stands between the comparisons and `AND`. Comparisons do not chain: `a < b < c` wants parentheses.',
  ].join('\n');
}

function aliasText(): string {
  const rows = Object.entries(ALIASES).map(([alias, sql]) => `\`${alias}\` is \`${sql}\``);
  const forms = [
    '`IF(condition, a, b)` is `CASE`',
    '`SAFE_CAST` is `CAST`',
    '`AS_OF()` is the time of an answer',
  ];
  return `## Other names\n\n${[...forms, ...rows].join(' · ')}`;
}
