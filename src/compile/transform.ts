import type { Column, ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { childrenOf, type Expression } from '../definition/expression.js';
import { appliedByKey } from './fitted/by-key.js';
import { numbersOf } from './fitted/column-numbers.js';
import { type Encoder, isValid } from './fitted/encoder.js';
import { PREPROCESSING } from './fitted/table.js';
import {
  type ArrayOutput,
  type FittedNode,
  type FittedOutput,
  type FittedState,
  type FittedTransform,
  namesRead,
  type Slot,
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
   * largest), BOOL 0 or 1. `asOf` holds T of each row in microseconds, for AS_OF(). INVALID_FRAME for an array that has
   * not as many elements as those of training.
   */
  readonly apply: (batch: ColumnBatch, asOf?: BigInt64Array) => Float32Array;
};

/** Compiles a fitted transform. */
export function compileTransform(fitted: FittedTransform): Transform {
  const withNodes = compileNodes(fitted.nodes);
  const kernel = compileColumnarKernel(fitted.outputs.map(inputOf));
  const parts = fitted.outputs.map(partOf);
  const slots = parts.flatMap((part) => part.slots);
  const width = slots.length;
  const apply = (batch: ColumnBatch, asOf?: BigInt64Array): Float32Array => {
    const columns = kernel(withNodes(batch, asOf), asOf).columns;
    const matrix = new Float32Array(batch.rowCount * width);
    let at = 0;
    for (const { name, slots: own, write } of parts) {
      write(columns.get(name)!, matrix, at, width);
      at += own.length;
    }
    return matrix;
  };
  return { width, slots, readsAsOf: readsAsOf(fitted), apply };
}

function readsAsOf({ nodes, outputs }: FittedTransform): boolean {
  const reads = (expression: Expression): boolean =>
    expression.kind === 'asOf' || childrenOf(expression).some(reads);
  return (
    nodes.some(({ argument, by }) => reads(argument) || (by !== undefined && reads(by))) ||
    outputs.some((output) => reads(inputOf(output).expression))
  );
}

/** Adds the columns of preprocessing functions, `$0`, `$1`, …, to the columns they are computed from. */
export type NodeKernel = (batch: ColumnBatch, asOf?: BigInt64Array) => ColumnBatch;

/** Compiles preprocessing functions whose states are known: those that do not read one another at once. */
export function compileNodes(nodes: readonly FittedNode[]): NodeKernel {
  const levels = new Map<string, number>();
  for (const node of nodes) {
    const below = namesRead(node).map((read) => levels.get(read) ?? 0);
    levels.set(node.name, 1 + Math.max(0, ...below));
  }
  const deepest = Math.max(0, ...levels.values());
  const kernels = Array.from({ length: deepest }, (_, index) =>
    compileLevel(nodes.filter(({ name }) => levels.get(name) === index + 1)),
  );
  return (batch, asOf) => kernels.reduce((known, kernel) => kernel(known, asOf), batch);
}

function compileLevel(nodes: readonly FittedNode[]): NodeKernel {
  const keyed = nodes.flatMap(({ name, by }) =>
    by === undefined ? [] : [{ name: `key of ${name}`, expression: by }],
  );
  const kernel = compileColumnarKernel([
    ...nodes.map(({ name, argument }) => ({ name, expression: argument })),
    ...keyed,
  ]);
  const appliers = nodes.map(({ name, state }) => ({ name, apply: compileColumnState(state) }));
  return (batch, asOf) => {
    const computed = kernel(batch, asOf).columns;
    const columns = new Map(batch.columns);
    for (const { name, apply } of appliers) {
      columns.set(name, apply(computed.get(name)!, computed.get(`key of ${name}`)));
    }
    return { rowCount: batch.rowCount, columns };
  };
}

/**
 * The values of a function with a known state, of its argument and where it learnt for each key of the keys; its result must
 * be of a column type.
 */
export function compileColumnState(state: FittedState): (argument: Column, by?: Column) => Column {
  const { apply } = PREPROCESSING[state.function];
  if (apply === undefined) throw new TypeError(`${state.function} has no values of a column type`);
  if (!('keys' in state) || state.keys === undefined) return apply(state);
  const applied = appliedByKey(state, apply);
  return (argument, by) => applied(argument, by!);
}

/** The model inputs of a function with a known state, as a whole output. */
export function compileEncoder(state: FittedState): Encoder {
  const { encode } = PREPROCESSING[state.function];
  if (encode === undefined) throw new TypeError(`${state.function} is no encoder`);
  return encode(state);
}

function inputOf(output: FittedOutput): Parameters<typeof compileColumnarKernel>[0][number] {
  return {
    name: output.name,
    expression: output.kind === 'encoded' ? output.argument : output.expression,
  };
}

type Part = { readonly name: string; readonly slots: readonly Slot[]; readonly write: Encoder['write'] };

function partOf(output: FittedOutput): Part {
  const { name } = output;
  switch (output.kind) {
    case 'number':
      return { name, slots: [{ name, output: name, kind: 'number' }], write: numberWriter(output.nullAs) };
    case 'array':
      return {
        name,
        slots: output.nullAs.map((_, index) => ({ name: `${name}[${index}]`, output: name, kind: 'number' })),
        write: arrayWriter(name, output),
      };
    case 'encoded': {
      const { slots, write } = compileEncoder(output.state);
      return {
        name,
        slots: slots.map(({ suffix, kind, size }) => ({
          name: suffix === null ? name : `${name}[${suffix}]`,
          output: name,
          kind,
          ...(size !== undefined && { size }),
        })),
        write,
      };
    }
  }
}

function numberWriter(nullAs: number): Encoder['write'] {
  const missing = float32(nullAs);
  return (column, matrix, at, width) => {
    const numbers = numbersOf(column);
    const { valid } = column;
    for (let row = 0, to = at; row < numbers.length; row++, to += width) {
      matrix[to] = valid === null || valid[row] === 1 ? float32(numbers[row]!) : missing;
    }
  };
}

function arrayWriter(name: string, { nullAs }: ArrayOutput): Encoder['write'] {
  const missing = Float32Array.from(nullAs, float32);
  return (column, matrix, at, width) => {
    const arrays = column.values as readonly (readonly number[])[];
    for (let row = 0, to = at; row < arrays.length; row++, to += width) {
      if (!isValid(column, row)) {
        matrix.set(missing, to);
        continue;
      }
      const array = arrays[row]!;
      if (array.length !== missing.length) throw anotherLength(name, missing.length, array.length);
      for (let i = 0; i < array.length; i++) matrix[to + i] = float32(Number(array[i]));
    }
  };
}

function anotherLength(name: string, expected: number, found: number): PlumblineError {
  const message = `transform output "${name}" takes arrays of ${expected} numbers, as in training; a row has one of ${found}`;
  return new PlumblineError('INVALID_FRAME', message, { path: name });
}

/** The largest float32; a model input is never infinite. */
const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127;

function float32(value: number): number {
  return Math.fround(Math.max(-FLOAT32_MAX, Math.min(FLOAT32_MAX, value)));
}
