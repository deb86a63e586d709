import type { Expression } from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import { expressionJson, parseExpressionJson } from './expression-json.js';

/**
 * A transform after fitting: plain data, part of a model version, never changed (S24). Its expressions hold no fitted
 * function any more: each one became a column `$0`, `$1`, … that is computed from its state before the expressions
 * that read it, so the same kernel code runs in training, in prediction and after a reload.
 */
export type FittedTransform = {
  /** The columns it reads. */
  readonly inputs: readonly { readonly name: string; readonly type: ValueType }[];
  /** Fitted functions by stage: a node reads inputs and nodes of earlier stages. */
  readonly nodes: readonly FittedNode[];
  readonly outputs: readonly FittedOutput[];
};

export type FittedNode = {
  /** `$0`, `$1`, …: a name no definition can use. */
  readonly name: string;
  /** 1 for a function of inputs alone, 2 for one of such functions, and so on. */
  readonly stage: number;
  readonly type: ValueType;
  readonly argument: Expression;
  readonly state: ColumnState;
};

/** One number a row, or one number a category and row. */
export type FittedOutput =
  | {
      readonly kind: 'number';
      readonly name: string;
      /** The output's expression as it was written. */
      readonly text: string;
      readonly expression: Expression;
      /** Stands for NULL: the mean of this output over the training split, 0 if it had no value there. */
      readonly nullAs: number;
    }
  | {
      readonly kind: 'oneHot';
      readonly name: string;
      readonly text: string;
      readonly argument: Expression;
      readonly state: OneHotState;
    };

/** One number of the model input vector. */
export type Slot = {
  /** Unlike that of every other slot: `name`, or `name["category"]` and `name[NULL]` of an indicator. */
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

/** What a fitted function learnt, one shape a function. */
export type FittedState = StandardScalerState | ImputerState | OneHotState;

/** States of functions that give one value a row. */
export type ColumnState = Exclude<FittedState, OneHotState>;

export type StandardScalerState = {
  readonly function: 'STANDARD_SCALER';
  /** Values that were not NULL. */
  readonly count: number;
  readonly mean: number | null;
  /** Sample standard deviation (n − 1); null where it is undefined. */
  readonly standardDeviation: number | null;
};

export type ImputerState = {
  readonly function: 'IMPUTER';
  readonly strategy: ImputerStrategy;
  /** Values that were not NULL. */
  readonly count: number;
  /** What replaces NULL; null if there was no value to learn from. */
  readonly value: number | string | null;
};

export type ImputerStrategy = 'mean' | 'median' | 'most_frequent';

export type OneHotState = {
  readonly function: 'ONE_HOT_ENCODER';
  /** Categories of the slots 1, 2, …, in code point order; slot 0 is NULL and every other category. */
  readonly vocabulary: readonly string[];
  /** The category whose rows are all zeros, under `drop` = most_frequent. */
  readonly dropped: string | null;
};

/** The JSON form of a fitted transform: readable, exact, and what is hashed. */
export function fittedTransformJson(fitted: FittedTransform): FittedTransformJson {
  return {
    inputs: fitted.inputs,
    nodes: fitted.nodes.map((node) => ({ ...node, argument: expressionJson(node.argument) })),
    outputs: fitted.outputs.map((output) =>
      output.kind === 'number'
        ? { ...output, expression: expressionJson(output.expression) }
        : { ...output, argument: expressionJson(output.argument) },
    ),
  };
}

export type FittedTransformJson = {
  readonly inputs: FittedTransform['inputs'];
  readonly nodes: readonly (Omit<FittedNode, 'argument'> & { readonly argument: unknown })[];
  readonly outputs: readonly unknown[];
};

/** Reads what {@link fittedTransformJson} wrote; the caller has verified its hash. */
export function parseFittedTransform(json: FittedTransformJson): FittedTransform {
  const outputs = json.outputs as readonly FittedOutput[];
  return {
    inputs: json.inputs,
    nodes: json.nodes.map((node) => ({ ...node, argument: parseExpressionJson(node.argument) })),
    outputs: outputs.map((output) =>
      output.kind === 'number'
        ? { ...output, expression: parseExpressionJson(output.expression) }
        : { ...output, argument: parseExpressionJson(output.argument) },
    ),
  };
}
