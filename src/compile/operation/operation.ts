import type { CallExpression } from '../../definition/expression.js';
import type { Value } from '../../definition/value.js';
import type { ScalarType, ValueType } from '../../definition/value-type.js';

/**
 * One operation of the language: how it is written, what it takes and gives, and its kernel. Operations of one spelling
 * are overloads; the one that needs the fewest coercions is taken, the first of equals.
 */
export type Operation = {
  /** The function's name in capitals, or the operator as the parser spells it. */
  readonly sql: string;
  /** Types of the arguments; `T` is any one type of {@link typeVariable}, `ARRAY<T>` an array of it. */
  readonly arguments: readonly ParameterType[];
  /** The last argument may come again, any number of times. */
  readonly variadic?: true;
  readonly result: ParameterType;
  /** What `T` may stand for; default every scalar. */
  readonly typeVariable?: 'scalar' | 'any';
  /** For `docs/language.md`: what it gives and what is odd at its edges. NULL rules that the kernel shows are added there. */
  readonly about?: string;
  /** For `docs/language.md`: how it is written, where that is not `NAME(types)`. */
  readonly form?: string;
  /** For `docs/language.md`, and checked: an expression without columns and what it equals, both in the language. */
  readonly example?: readonly [expression: string, equals: string];
  /** What is wrong with arguments that are constants, found when it is defined; null is nothing, undefined is no constant. */
  readonly refuse?: (constants: readonly (Value | undefined)[]) => string | null;
  readonly kernel: KernelLowering;
};

export type ParameterType = ValueType | 'T' | 'ARRAY<T>';

/**
 * How generated JavaScript carries the operation out.
 * strict: NULL in, NULL out (S7); `code` is an expression over `$0`, `$1`, … (`$*` for all), which are never NULL;
 * `guard` says when it is NULL nevertheless: never, when not finite, when beyond 64 bits, when `$1` is 0 or the quotient beyond
 * 64 bits, or when it is null.
 * special: made for NULL or lazy; `operation/special.ts` emits it.
 */
export type KernelLowering = StrictLowering | { readonly kind: 'special'; readonly emit: SpecialForm };

export type StrictLowering = {
  readonly kind: 'strict';
  readonly code: (node: CallExpression) => string;
  readonly guard: Guard;
  /** Constants appended to the arguments, made of the node's parameters and of its constant arguments. */
  readonly constants?: (
    parameters: Readonly<Record<string, string>>,
    node: CallExpression,
  ) => readonly unknown[];
};

export type Guard = 'total' | 'finite' | 'int64' | 'divisor' | 'nullable';

/** An INT64 divisor in `code`: never 0, which raises; the guard `divisor` makes those NULL. */
export const DIVISOR = '($1 === 0n ? 1n : $1)';

export type SpecialForm =
  | 'and'
  | 'or'
  | 'case'
  | 'case_match'
  | 'coalesce'
  | 'nullif'
  | 'between'
  | 'in'
  | 'in_unnest'
  | 'is_null'
  | 'is_true'
  | 'is_false'
  | 'is_distinct'
  | 'greatest'
  | 'least';

/** A kernel whose code does not depend on types. */
export function strict(guard: Guard, code: string): StrictLowering {
  return { kind: 'strict', guard, code: () => code };
}

/** A kernel that has its own code for some types of its first argument. */
export function byType(
  guard: Guard,
  code: string,
  special: Readonly<Partial<Record<ScalarType, string>>>,
): StrictLowering {
  return {
    kind: 'strict',
    guard,
    code: (node) => special[node.arguments[0]!.type as ScalarType] ?? code,
  };
}

/** A kernel that the emitter of special forms writes. */
export function special(emit: SpecialForm): KernelLowering {
  return { kind: 'special', emit };
}

/** JavaScript for `a < b` of one type, over `$0` and `$1`; strings and bytes in code point and byte order. */
export const LESS: Readonly<Partial<Record<ScalarType, string>>> = {
  STRING: 'rt.compareText($0, $1) < 0',
  BYTES: 'rt.compareBytes($0, $1) < 0',
};

/** JavaScript for `a = b` of one type. */
export const EQUAL: Readonly<Partial<Record<ScalarType, string>>> = {
  BYTES: 'rt.compareBytes($0, $1) === 0',
};
