import type { Expression, FittedExpression } from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import type { Accumulator } from './fitted/accumulator.js';
import { imputerAccumulator } from './fitted/imputer.js';
import { OneHotAccumulator, type OneHotParameters } from './fitted/one-hot-encoder.js';
import { StandardScalerAccumulator } from './fitted/standard-scaler.js';
import type { ColumnState, ImputerStrategy, OneHotState } from './fitted-transform.js';
import type { TransformOutput } from './model.js';

/** What is to be learnt, in which order: fitted functions lifted out of the expressions that hold them. */
export type TransformPlan = {
  readonly nodes: readonly PlannedNode[];
  readonly outputs: readonly PlannedOutput[];
  /** The number of passes over the rows until every fitted function is known. */
  readonly lastStage: number;
};

type PlannedNode = {
  readonly name: string;
  readonly stage: number;
  readonly type: ValueType;
  readonly argument: Expression;
  readonly accumulator: Accumulator<ColumnState>;
};

export type PlannedOutput = PlannedNumber | PlannedOneHot;

type PlannedNumber = {
  readonly kind: 'number';
  readonly name: string;
  readonly text: string;
  readonly expression: Expression;
};

type PlannedOneHot = {
  readonly kind: 'oneHot';
  readonly name: string;
  readonly text: string;
  readonly stage: number;
  readonly argument: Expression;
  readonly accumulator: Accumulator<OneHotState>;
};

/** Plans the fitting of a transform, with an empty accumulator for each fitted function. */
export function planTransform(outputs: readonly TransformOutput[]): TransformPlan {
  const nodes: PlannedNode[] = [];
  const planned = outputs.map((output) => planOutput(output, nodes));
  const stages = [...nodes, ...planned].map((part) => ('stage' in part ? part.stage : 0));
  return { nodes, outputs: planned, lastStage: Math.max(0, ...stages) };
}

function planOutput(output: TransformOutput, nodes: PlannedNode[]): PlannedOutput {
  const { name, text, expression } = output;
  if (expression.kind === 'fitted' && expression.function === 'ONE_HOT_ENCODER') {
    const argument = lift(expression.arguments[0], nodes);
    const accumulator = oneHotAccumulator(expression);
    return {
      kind: 'oneHot',
      name,
      text,
      stage: argument.stage + 1,
      argument: argument.expression,
      accumulator,
    };
  }
  return { kind: 'number', name, text, expression: lift(expression, nodes).expression };
}

type Lifted = { readonly expression: Expression; readonly stage: number };

/** Replaces each fitted function by the column `$n` it will be, innermost first. */
function lift(expression: Expression, nodes: PlannedNode[]): Lifted {
  if (expression.kind === 'call') {
    const parts = expression.arguments.map((argument) => lift(argument, nodes));
    const lifted = { ...expression, arguments: parts.map((part) => part.expression) };
    return { expression: lifted, stage: Math.max(0, ...parts.map((part) => part.stage)) };
  }
  if (expression.kind !== 'fitted') return { expression, stage: 0 };
  const argument = lift(expression.arguments[0], nodes);
  const { type } = expression;
  const name = `$${nodes.length}`;
  const stage = argument.stage + 1;
  nodes.push({ name, stage, type, argument: argument.expression, accumulator: accumulatorOf(expression) });
  return { expression: { kind: 'column', name, type }, stage };
}

function accumulatorOf(expression: FittedExpression): Accumulator<ColumnState> {
  const { strategy } = expression.parameters;
  switch (expression.function) {
    case 'STANDARD_SCALER':
      return new StandardScalerAccumulator();
    case 'IMPUTER':
      return imputerAccumulator(strategy as ImputerStrategy);
    case 'ONE_HOT_ENCODER':
      throw new TypeError('compileModel admits ONE_HOT_ENCODER only as a whole output');
  }
}

function oneHotAccumulator(expression: FittedExpression): OneHotAccumulator {
  const { drop, topK, frequencyThreshold } = expression.parameters;
  return new OneHotAccumulator({
    drop: drop as OneHotParameters['drop'],
    topK: Number(topK),
    frequencyThreshold: Number(frequencyThreshold),
  });
}
