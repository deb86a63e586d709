import type fc from 'fast-check';
import type { OperationId } from '../../src/compile/operation/table.js';
import type { Value } from '../../src/definition/value.js';

/** What an operation is tried with, beside any expression of the right type: else it would be NULL most of the time. */
export type Domain = {
  /** Values of an argument, by its place: they stand there two times in three. */
  readonly arguments?: Readonly<Record<number, fc.Arbitrary<Value>>>;
  /** Places at which nothing but a constant of `arguments` may stand. */
  readonly constants?: readonly number[];
  /** The node's parameters; default none. */
  readonly parameters?: fc.Arbitrary<Readonly<Record<string, string>>>;
};

export type Domains = Readonly<Partial<Record<OperationId, Domain>>>;
