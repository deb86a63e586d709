import type { Value } from './value.js';
import type { ValueType } from './value-type.js';

/**
 * The typed form of an expression (S5): what the checker makes of the text, what a definition stores, and what every
 * target is compiled from. Plain data; INT64 and TIMESTAMP literals are bigint, see `canonical.ts` for their JSON form.
 */
export type Expression =
  | LiteralExpression
  | ColumnExpression
  | AsOfExpression
  | CallExpression
  | FittedExpression;

export type LiteralExpression = { readonly kind: 'literal'; readonly type: ValueType; readonly value: Value };

/** A name of the scope: a source column in a row expression; a feature or request value in a read expression. */
export type ColumnExpression = { readonly kind: 'column'; readonly type: ValueType; readonly name: string };

/** `AS_OF()`: the T of the answer, in a read expression only. */
type AsOfExpression = { readonly kind: 'asOf'; readonly type: 'TIMESTAMP' };

/**
 * An operation of the operation table (`compile/operation`), named by its id there (`add_int64`, `case`, …).
 * `parameters` are constants that select a variant, such as the part and zone of EXTRACT.
 */
export type CallExpression = {
  readonly kind: 'call';
  readonly operation: string;
  readonly type: ValueType;
  readonly arguments: readonly Expression[];
  readonly parameters?: Readonly<Record<string, string>>;
};

/**
 * A preprocessing function of a transform (S24). An analytic one takes its statistics from the training split:
 * `STANDARD_SCALER(x) OVER ()`; the others, such as BUCKETIZE, are the same for every row everywhere.
 */
export type FittedExpression = {
  readonly kind: 'fitted';
  readonly function: FittedFunctionName;
  readonly type: ValueType;
  /** Its input; then the key, where it is written `OVER (PARTITION BY key)`. */
  readonly arguments: readonly [input: Expression, ...key: Expression[]];
  readonly parameters: FittedParameters;
};

/** Options: those of BigQuery ML always, those of other dialects where they are not as BigQuery ML has it. */
export type FittedParameters = Readonly<Record<string, string | number | boolean | readonly number[]>>;

/** Preprocessing functions of the language, under BigQuery ML's names; TOKENS is our own. */
export const FITTED_FUNCTIONS = [
  'STANDARD_SCALER',
  'MIN_MAX_SCALER',
  'MAX_ABS_SCALER',
  'ROBUST_SCALER',
  'IMPUTER',
  'NORMALIZER',
  'BUCKETIZE',
  'QUANTILE_BUCKETIZE',
  'HASH_BUCKETIZE',
  'LABEL_ENCODER',
  'ONE_HOT_ENCODER',
  'MULTI_HOT_ENCODER',
  'NGRAMS',
  'BAG_OF_WORDS',
  'TF_IDF',
  'TOKENS',
] as const;

export type FittedFunctionName = (typeof FITTED_FUNCTIONS)[number];

/** The children of a node, for walks that do not care about its kind. */
export function childrenOf(expression: Expression): readonly Expression[] {
  return expression.kind === 'call' || expression.kind === 'fitted' ? expression.arguments : [];
}

/** Every name of the scope that the expression reads, each once, in order of appearance. */
export function namesIn(expression: Expression): readonly string[] {
  const names = new Set<string>();
  const walk = (node: Expression): void => {
    if (node.kind === 'column') names.add(node.name);
    for (const child of childrenOf(node)) walk(child);
  };
  walk(expression);
  return [...names];
}
