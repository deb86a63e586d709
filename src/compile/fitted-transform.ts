import { type Expression, namesIn } from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import { expressionJson, parseExpressionJson } from './expression-json.js';
import type { FittedState } from './fitted/state.js';

export type { FittedState } from './fitted/state.js';

/**
 * A transform after fitting: plain data, part of a model version, never changed (S24). Its expressions hold no preprocessing
 * function any more: each one became a column `$0`, `$1`, … that is computed from its state before the expressions
 * that read it, so the same kernel code runs in training, in prediction and after a reload.
 */
export type FittedTransform = {
  /** The columns it reads. */
  readonly inputs: readonly { readonly name: string; readonly type: ValueType }[];
  /** Preprocessing functions, each behind those it reads. */
  readonly nodes: readonly FittedNode[];
  readonly outputs: readonly FittedOutput[];
};

export type FittedNode = {
  /** `$0`, `$1`, …: a name no definition can use. */
  readonly name: string;
  /**
   * How many functions that learn stand within one another up to this one: 1 for one of inputs alone, 2 for one of such
   * functions; one that learns nothing has the stage of what it reads, 0 of inputs.
   */
  readonly stage: number;
  readonly type: ValueType;
  readonly argument: Expression;
  /** The key by which its state tells rows apart, a STRING. */
  readonly by?: Expression;
  readonly state: FittedState;
};

/** The names of columns and nodes that a node reads. */
export function namesRead({
  argument,
  by,
}: Pick<FittedNode, 'argument'> & { readonly by?: Expression | null }): readonly string[] {
  return by === undefined || by === null ? namesIn(argument) : [...namesIn(argument), ...namesIn(by)];
}

type NamedOutput = {
  readonly name: string;
  /** The output's expression as it was written. */
  readonly text: string;
};

/** What becomes of one output. */
export type FittedOutput = NamedOutput & (NumberOutput | ArrayOutput | EncodedOutput);

/** One number a row. */
type NumberOutput = {
  readonly kind: 'number';
  readonly expression: Expression;
  /** Stands for NULL: the mean of this output over the training split, 0 if it had no value there. */
  readonly nullAs: number;
};

/** The numbers of an array, `nullAs.length` of them in every row. */
export type ArrayOutput = {
  readonly kind: 'array';
  readonly expression: Expression;
  /** Stands for the elements of a NULL: the mean of each over the training split. */
  readonly nullAs: readonly number[];
};

/** What a function writes that gives no plain number: indicators, an index, numbers of terms. NULL is theirs to say. */
type EncodedOutput = {
  readonly kind: 'encoded';
  readonly argument: Expression;
  readonly state: FittedState;
};

/** One number of the model input vector. */
export type Slot = {
  /** Unlike that of every other slot: `name`, or of several `name["category"]`, `name[NULL]`, `name[0]`. */
  readonly name: string;
  /** The transform's output that it belongs to. */
  readonly output: string;
  /**
   * `number`: a quantity. `indicator`: 0 or 1, whether the row is of one category. `index`: the number of the row's
   * category, a whole number from 0 to below `size`, for an embedding; it is no quantity.
   */
  readonly kind: 'number' | 'indicator' | 'index';
  /** How many values an `index` has. */
  readonly size?: number;
};

/** The JSON form of a fitted transform: readable, exact, and what is hashed. */
export function fittedTransformJson(fitted: FittedTransform): FittedTransformJson {
  return {
    inputs: fitted.inputs,
    nodes: fitted.nodes.map((node) => ({
      ...node,
      argument: expressionJson(node.argument),
      ...(node.by !== undefined && { by: expressionJson(node.by) }),
    })),
    outputs: fitted.outputs.map((output) =>
      output.kind === 'encoded'
        ? { ...output, argument: expressionJson(output.argument) }
        : { ...output, expression: expressionJson(output.expression) },
    ),
  };
}

export type FittedTransformJson = {
  readonly inputs: FittedTransform['inputs'];
  readonly nodes: readonly (Omit<FittedNode, 'argument' | 'by'> & {
    readonly argument: unknown;
    readonly by?: unknown;
  })[];
  readonly outputs: readonly unknown[];
};

/** Reads what {@link fittedTransformJson} wrote; the caller has verified its hash. */
export function parseFittedTransform(json: FittedTransformJson): FittedTransform {
  const outputs = json.outputs as readonly (FittedOutput | OneHotOutput)[];
  return {
    inputs: json.inputs,
    nodes: json.nodes.map(({ by, ...node }) => ({
      ...node,
      argument: parseExpressionJson(node.argument),
      ...(by !== undefined && { by: parseExpressionJson(by) }),
    })),
    outputs: outputs.map((output) =>
      output.kind === 'encoded' || output.kind === 'oneHot'
        ? { ...output, kind: 'encoded', argument: parseExpressionJson(output.argument) }
        : { ...output, expression: parseExpressionJson(output.expression) },
    ),
  };
}

/** What the only encoded output was called when there was but one encoder. */
type OneHotOutput = NamedOutput & Omit<EncodedOutput, 'kind'> & { readonly kind: 'oneHot' };
