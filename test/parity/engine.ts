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
