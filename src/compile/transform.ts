import type { Column, ColumnBatch } from '../definition/column-batch.js';
import { childrenOf, type Expression } from '../definition/expression.js';
import { numbersOf } from './fitted/column-numbers.js';
import { imputed } from './fitted/imputer.js';
import { oneHotSlots } from './fitted/one-hot-encoder.js';
import { standardScaled } from './fitted/standard-scaler.js';
import type {
  ColumnState,
  FittedNode,
  FittedOutput,
  FittedTransform,
  OneHotState,
  Slot,
} from './fitted-transform.js';
import { compileColumnarKernel } from './kernel.js';

/** A fitted transform, compiled: the one way from columns to model input (S24). */
export type Transform = {
  /** Numbers a row. */
  readonly width: number;
  /** What each of them is, in order. */
  readonly slots: readonly Slot[];
  /** Whether it needs T of each row. */
  readonly readsAsOf: boolean;
  /**
   * The model input of every row, row after row: FLOAT64 and INT64 rounded to float32 (what is larger becomes the
   * largest), BOOL 0 or 1. `asOf` holds T of each row in microseconds, for AS_OF().
   */
  readonly apply: (batch: ColumnBatch, asOf?: BigInt64Array) => Float32Array;
};

/** Compiles a fitted transform. */
export function compileTransform(fitted: FittedTransform): Transform {
  const withNodes = compileNodes(fitted.nodes);
  const kernel = compileColumnarKernel(fitted.outputs.map(inputOf));
  const slots = fitted.outputs.flatMap(slotsOf);
  const width = slots.length;
  const writers = compileWriters(fitted.outputs, width);
  const apply = (batch: ColumnBatch, asOf?: BigInt64Array): Float32Array => {
    const columns = kernel(withNodes(batch, asOf), asOf).columns;
    const matrix = new Float32Array(batch.rowCount * width);
    for (const { name, write } of writers) write(columns.get(name)!, matrix);
    return matrix;
  };
  return { width, slots, readsAsOf: readsAsOf(fitted), apply };
}

function readsAsOf({ nodes, outputs }: FittedTransform): boolean {
  const reads = (expression: Expression): boolean =>
    expression.kind === 'asOf' || childrenOf(expression).some(reads);
  return (
    nodes.some(({ argument }) => reads(argument)) ||
    outputs.some((output) => reads(inputOf(output).expression))
  );
}

/** Adds the columns of fitted functions, `$0`, `$1`, …, to the columns they are computed from. */
export type NodeKernel = (batch: ColumnBatch, asOf?: BigInt64Array) => ColumnBatch;

/** Compiles fitted functions, stage by stage. */
export function compileNodes(nodes: readonly FittedNode[]): NodeKernel {
  const stages = [...new Set(nodes.map(({ stage }) => stage))].sort((a, b) => a - b);
  const kernels = stages.map((stage) => compileStage(nodes.filter((node) => node.stage === stage)));
  return (batch, asOf) => kernels.reduce((known, kernel) => kernel(known, asOf), batch);
}

function compileStage(nodes: readonly FittedNode[]): NodeKernel {
  const kernel = compileColumnarKernel(nodes.map(({ name, argument }) => ({ name, expression: argument })));
  return (batch, asOf) => {
    const computed = kernel(batch, asOf).columns;
    const columns = new Map(batch.columns);
    for (const { name, state } of nodes) columns.set(name, applied(state, computed.get(name)!));
    return { rowCount: batch.rowCount, columns };
  };
}

function applied(state: ColumnState, argument: Column): Column {
  switch (state.function) {
    case 'STANDARD_SCALER':
      return standardScaled(state, argument);
    case 'IMPUTER':
      return imputed(state, argument);
  }
}

function inputOf(output: FittedOutput): Parameters<typeof compileColumnarKernel>[0][number] {
  return {
    name: output.name,
    expression: output.kind === 'number' ? output.expression : output.argument,
  };
}

function slotsOf({ name, ...output }: FittedOutput): readonly Slot[] {
  if (output.kind === 'number') return [{ name, output: name, kind: 'number' }];
  const categories = output.state.vocabulary.map((category) => JSON.stringify(category));
  return ['NULL', ...categories].map((category) => ({
    name: `${name}[${category}]`,
    output: name,
    kind: 'indicator',
  }));
}

type Writer = (column: Column, matrix: Float32Array) => void;

function compileWriters(
  outputs: readonly FittedOutput[],
  width: number,
): readonly { readonly name: string; readonly write: Writer }[] {
  let offset = 0;
  return outputs.map((output) => {
    const at = offset;
    offset += slotsOf(output).length;
    const write =
      output.kind === 'number'
        ? numberWriter(output.nullAs, at, width)
        : oneHotWriter(output.state, at, width);
    return { name: output.name, write };
  });
}

function numberWriter(nullAs: number, offset: number, width: number): Writer {
  const missing = float32(nullAs);
  return (column, matrix) => {
    const numbers = numbersOf(column);
    const { valid } = column;
    for (let row = 0, to = offset; row < numbers.length; row++, to += width) {
      matrix[to] = valid === null || valid[row] === 1 ? float32(numbers[row]!) : missing;
    }
  };
}

function oneHotWriter(state: OneHotState, offset: number, width: number): Writer {
  const slotsOfRows = oneHotSlots(state);
  return (column, matrix) => {
    const slots = slotsOfRows(column);
    for (let row = 0, to = offset; row < slots.length; row++, to += width) {
      const slot = slots[row]!;
      if (slot >= 0) matrix[to + slot] = 1;
    }
  };
}

/** The largest float32; a model input is never infinite. */
const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127;

function float32(value: number): number {
  return Math.fround(Math.max(-FLOAT32_MAX, Math.min(FLOAT32_MAX, value)));
}
