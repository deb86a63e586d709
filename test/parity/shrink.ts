import { OPERATIONS, type OperationId } from '../../src/compile/operation/table.js';
import type { CallExpression, Expression, LiteralExpression } from '../../src/definition/expression.js';
import { isValueOf, type Value } from '../../src/definition/value.js';
import { AS_OF_US } from './columns.js';
import { DOMAINS } from './domain.js';
import type { ParityEngine } from './engine.js';
import { evaluate, type Row } from './oracle.js';
import { sameBits } from './print.js';
import { throughDoor } from './rows.js';
import { simplerValues } from './simpler-values.js';

/** An expression that an engine and the oracle differ in, over one row. */
export type Failure = {
  readonly expression: Expression;
  readonly row: Row;
  readonly engine: ParityEngine;
};

/**
 * A failure made as small as it gets: nodes are replaced by their parts, by the oracle's value of them and by simpler
 * constants, values of the row by simpler ones, as long as the engine still differs from the oracle, and in the same way: an
 * error is not taken for a wrong value.
 */
export async function shrunk(failure: Failure): Promise<Failure> {
  const kind = await differenceOf(failure);
  if (kind === null) return failure;
  const budget = { asked: 0 };
  for (let smallest = failure; ; ) {
    const smaller = await smallerWith(kind, smallest, budget);
    if (smaller === null) return smallest;
    smallest = smaller;
  }
}

/** The first that is smaller and differs in the same way. */
async function smallerWith(
  kind: 'value' | 'error',
  failure: Failure,
  budget: { asked: number },
): Promise<Failure | null> {
  for (const candidate of smallerThan(failure)) {
    if (budget.asked++ >= MAX_ASKED) return null;
    if ((await differenceOf(candidate)) === kind) return candidate;
  }
  return null;
}

/** How an engine differs from the oracle; null where it does not. */
async function differenceOf({ engine, expression, row }: Failure): Promise<'value' | 'error' | null> {
  if (engine.statementOf(expression) === null) return null;
  await engine.load(throughDoor([row]));
  const [answer] = await engine.values([expression]);
  if (answer === undefined || answer instanceof Error) return 'error';
  return sameBits(answer[0]!, evaluate(expression, row, AS_OF_US)) ? null : 'value';
}

function* smallerThan(failure: Failure): Iterable<Failure> {
  const { expression, row } = failure;
  for (const smaller of smallerExpressions(expression, row)) yield { ...failure, expression: smaller };
  for (const [name, value] of row) {
    if (!reads(expression, name)) continue;
    for (const simpler of simplerValues(value)) yield { ...failure, row: new Map(row).set(name, simpler) };
  }
}

/** Most first: what is left of a node after its greatest part is gone. */
function* smallerExpressions(node: Expression, row: Row): Iterable<Expression> {
  if (node.kind === 'literal') yield* simplerLiterals(node);
  if (node.kind !== 'call') return;
  for (const part of node.arguments) if (part.type === node.type) yield part;
  yield { kind: 'literal', type: node.type, value: evaluate(node, row, AS_OF_US) };
  yield* withFewerArguments(node);
  yield* withSmallerArguments(node, row);
}

function* simplerLiterals(node: LiteralExpression): Iterable<Expression> {
  for (const value of simplerValues(node.value)) if (isValueOf(node.type, value)) yield { ...node, value };
}

function* withSmallerArguments(node: CallExpression, row: Row): Iterable<Expression> {
  const constants = DOMAINS[node.operation as OperationId]?.constants ?? [];
  for (const [place, part] of node.arguments.entries()) {
    if (constants.includes(place)) continue;
    for (const smaller of smallerExpressions(part, row)) {
      const next = { ...node, arguments: node.arguments.with(place, smaller) };
      if (!isRefused(next)) yield next;
    }
  }
}

function* withFewerArguments(node: CallExpression): Iterable<Expression> {
  const { variadic, arguments: declared } = OPERATIONS[node.operation as OperationId];
  if (variadic !== true) return;
  for (let place = declared.length; place < node.arguments.length; place++) {
    yield { ...node, arguments: node.arguments.toSpliced(place, 1) };
  }
}

function isRefused({ operation, arguments: operands }: CallExpression): boolean {
  const constants = operands.map((node): Value | undefined =>
    node.kind === 'literal' ? node.value : undefined,
  );
  return (OPERATIONS[operation as OperationId].refuse?.(constants) ?? null) !== null;
}

function reads(node: Expression, name: string): boolean {
  if (node.kind === 'column') return node.name === name;
  return node.kind === 'call' && node.arguments.some((part) => reads(part, name));
}

/** Questions to the engine about one failure. */
const MAX_ASKED = 600;
