import type { Expression } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import type { Row } from './oracle.js';

/** What an engine said of one expression: a value a row, or the error of its own that it raised. */
export type EngineAnswer = readonly Value[] | Error;

/** An engine that expressions are compared on. */
export type ParityEngine = {
  readonly name: string;
  /** What it runs for an expression, for a person to read; null where it does not carry the expression. */
  readonly statementOf: (expression: Expression) => string | null;
  /** Replaces its rows. */
  readonly load: (rows: readonly Row[]) => Promise<void>;
  /** An answer for each of the expressions, all of which it carries. */
  readonly values: (expressions: readonly Expression[]) => Promise<readonly EngineAnswer[]>;
  readonly close: () => Promise<void>;
};

/**
 * Answers of many expressions at once. Where they fail together each half is asked by itself, down to the one that raised
 * the error, so that one expression never costs the others their answers.
 */
export async function answersTogether<T>(
  items: readonly T[],
  ask: (items: readonly T[]) => Promise<readonly EngineAnswer[]> | readonly EngineAnswer[],
): Promise<readonly EngineAnswer[]> {
  try {
    return await ask(items);
  } catch (error) {
    if (items.length === 1) return [error instanceof Error ? error : new Error(String(error))];
  }
  const middle = Math.ceil(items.length / 2);
  const first = await answersTogether(items.slice(0, middle), ask);
  return [...first, ...(await answersTogether(items.slice(middle), ask))];
}
