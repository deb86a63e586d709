import { lowerToBigquery } from '../../src/compile/sql/bigquery.js';
import { bigqueryIdentifier, bigqueryLiteral } from '../../src/compile/sql/bigquery-literal.js';
import type { CallExpression, Expression } from '../../src/definition/expression.js';
import { AS_OF_SQL } from './bigquery-plan.js';

/** Something that the emulator gets wrong, so that it is not asked about it. */
export type EmulatorGap = {
  readonly name: string;
  /** Whether SQL of the node is of this kind; `isCalled` where a function carries it. */
  readonly covers: (node: Expression, isCalled: boolean) => boolean;
  /** An expression of the language without columns, of which the emulator gives another value, or an error. */
  readonly example: string;
};

/** Each is shown again by a test: the reference evaluator gives the kernel's value of the example, the emulator does not. */
export const EMULATOR_GAPS: readonly EmulatorGap[] = [
  {
    name: 'escapes of code points in a text',
    covers: (node) => node.kind === 'literal' && /\\u/i.test(bigqueryLiteral(node.type, node.value)),
    example: "LENGTH('\\u200b')",
  },
  {
    name: 'bytes beyond ASCII in a literal',
    covers: (node) => node.kind === 'literal' && /b'.*\\x/.test(bigqueryLiteral(node.type, node.value)),
    example: "b'\\xff'",
  },
  {
    name: 'an instant from an INT64 beyond 2^53, as functions answer it',
    covers: (node, isCalled) => isCalled && node.type.includes('TIMESTAMP'),
    example: 'TIMESTAMP_MICROS(225211557467482479)',
  },
];

/** The gap that an expression's SQL falls into; null where the emulator can be asked. */
export function gapIn(expression: Expression): EmulatorGap | null {
  const called = new Set<CallExpression>();
  lowerToBigquery(expression, {
    columnSql: bigqueryIdentifier,
    asOfSql: AS_OF_SQL,
    callSql: ({ node }) => {
      called.add(node);
      return 'NULL';
    },
  });
  const gapOf = (node: Expression): EmulatorGap | null => {
    const isCalled = node.kind === 'call' && called.has(node);
    const own = EMULATOR_GAPS.find(({ covers }) => covers(node, isCalled));
    if (own !== undefined) return own;
    if (node.kind !== 'call') return null;
    // A function's literals are part of its text, not of the SQL.
    const parts = isCalled ? node.arguments.filter(({ kind }) => kind !== 'literal') : node.arguments;
    return parts.map(gapOf).find((gap) => gap !== null) ?? null;
  };
  return gapOf(expression);
}
