import { lowerToBigquery } from '../../src/compile/sql/bigquery.js';
import { bigqueryIdentifier, bigqueryLiteral } from '../../src/compile/sql/bigquery-literal.js';
import type { CallExpression, Expression } from '../../src/definition/expression.js';
import { AS_OF_SQL } from './bigquery-plan.js';
import { WRONG_ON_EMULATOR } from './bqemulator-wrong.js';

/** Something that the emulator gets wrong, so that it is not asked about it. */
export type EmulatorGap = {
  readonly name: string;
  readonly covers: (part: PartOfSql) => boolean;
  /** An expression of the language without columns, of which the emulator gives another value, or an error. */
  readonly example: string;
};

/** A node of an expression as SQL. */
type PartOfSql = {
  readonly node: Expression;
  /** Whether a function carries it: then a column stands for it. */
  readonly isCalled: boolean;
  readonly sql: string;
};

/** Each is shown again by a test: the reference evaluator gives the kernel's value of the example, the emulator does not. */
export const EMULATOR_GAPS: readonly EmulatorGap[] = [
  ...Object.entries(WRONG_ON_EMULATOR).map(([id, example]) => ({
    name: id,
    covers: ({ node, isCalled }: PartOfSql) => node.kind === 'call' && node.operation === id && !isCalled,
    example,
  })),
  {
    name: 'escapes of code points in a text',
    covers: ({ node }) => node.kind === 'literal' && /\\u/i.test(bigqueryLiteral(node.type, node.value)),
    example: "LENGTH('\\u200b')",
  },
  {
    name: 'bytes beyond ASCII in a literal',
    covers: ({ node }) => node.kind === 'literal' && /b'.*\\x/.test(bigqueryLiteral(node.type, node.value)),
    example: "b'\\xff'",
  },
  {
    name: '-0.0 in an array',
    covers: ({ node, sql }) => mayHoldZero(node) || /ARRAY<FLOAT64>\[[^\]]*CAST\('-0'/.test(sql),
    example: '[-0.75, -0.0]',
  },
  {
    name: 'an escape in LIKE of what needs none',
    covers: ({ node }) => node.kind === 'call' && node.operation === 'like_string' && escapesPlainly(node),
    example: "'a' LIKE '\\\\a'",
  },
  {
    name: 'arithmetic of INT64 literals, which are taken for 32 bits',
    covers: ({ node, isCalled }) =>
      !isCalled &&
      node.kind === 'call' &&
      node.arguments.length > 1 &&
      node.arguments.every(isIntegerLiteral),
    example: '1073741764 * 3',
  },
  {
    name: 'an array that begins with a computed element, which is taken for a subquery',
    covers: ({ node }) =>
      node.kind === 'call' && node.operation === 'array' && node.arguments[0]?.kind === 'call',
    example: '[ARRAY_INCLUDES_ANY([1], [1])]',
  },
  {
    name: 'a function of SAFE within another, or over a subquery',
    covers: ({ sql }) => argumentsOfSafe(sql).some((text) => /\bSAFE\.|\bSELECT |\bUNNEST\(/.test(text)),
    example: 'SQRT(SQRT(2.0))',
  },
  {
    name: 'elements of an array that a function answers as text',
    covers: ({ node, isCalled }) => isCalled && /^ARRAY<(?:INT64|TIMESTAMP|DATE)>$/.test(node.type),
    example: "GREATEST(ARRAY_MIN(GENERATE_ARRAY(1, 5, LENGTH('ab'))), 1)",
  },
];

/** Whether a LIKE pattern has, or by the row may have, a backslash before something else than `%`, `_` and a backslash. */
function escapesPlainly({ arguments: [, pattern] }: CallExpression): boolean {
  return pattern?.kind !== 'literal' || /\\[^%_\\]/.test(String(pattern.value).replaceAll('\\\\', ''));
}

function isIntegerLiteral(node: Expression): boolean {
  return node.kind === 'literal' && typeof node.value === 'bigint' && node.type === 'INT64';
}

/** Whether an array is made of numbers that rows bring: some of them may be -0.0. */
function mayHoldZero(node: Expression): boolean {
  if (node.kind !== 'call' || node.operation !== 'array' || node.type !== 'ARRAY<FLOAT64>') return false;
  return node.arguments.some(({ kind }) => kind !== 'literal');
}

/** The gap that an expression's SQL falls into; null where the emulator can be asked. */
export function gapIn(expression: Expression): EmulatorGap | null {
  const called = new Set<CallExpression>();
  const sqlOf = (node: Expression): string =>
    lowerToBigquery(node, {
      columnSql: bigqueryIdentifier,
      asOfSql: AS_OF_SQL,
      callSql: (call) => {
        called.add(call.node);
        return 'f';
      },
    });
  const gapOf = (node: Expression): EmulatorGap | null => {
    const part = { node, sql: sqlOf(node), isCalled: node.kind === 'call' && called.has(node) };
    const own = EMULATOR_GAPS.find(({ covers }) => covers(part));
    if (own !== undefined) return own;
    if (node.kind !== 'call') return null;
    // A function's literals are part of its text, not of the SQL.
    const parts = part.isCalled ? node.arguments.filter(({ kind }) => kind !== 'literal') : node.arguments;
    for (const each of parts) {
      const gap = gapOf(each);
      if (gap !== null) return gap;
    }
    return null;
  };
  return gapOf(expression);
}

/** What stands in the parentheses of each SAFE. or SAFE_ function. */
function argumentsOfSafe(sql: string): readonly string[] {
  return [...sql.matchAll(/\bSAFE[._]\w+\(/g)].map(({ index, 0: opening }) => {
    const from = index + opening.length;
    let depth = 1;
    let at = from;
    for (; at < sql.length && depth > 0; at++) {
      if (sql[at] === '(') depth++;
      else if (sql[at] === ')') depth--;
    }
    return sql.slice(from, at - 1);
  });
}
