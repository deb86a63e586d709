import type { Value } from '../../src/definition/value.js';

/** An operation of which NULL in is NULL out: it sees no NULL, and what it gives is checked against the type. */
export type StrictOperation = (
  values: readonly Value[],
  parameters: Readonly<Record<string, string>>,
  /** Which arguments are constants: what is computed may be less than what is written. */
  isConstant?: readonly boolean[],
) => Value;

/** An operation made for NULL: it computes the arguments it wants. */
export type LazyOperation = (thunks: readonly (() => Value)[]) => Value;
