import {
  allocateValues,
  type Column,
  type ColumnBatch,
  type ColumnValues,
} from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { childrenOf, type Expression } from '../definition/expression.js';
import type { Value } from '../definition/value.js';
import type { ValueType } from '../definition/value-type.js';
import { EMPTY_ARRAY, EMPTY_BYTES, KernelSource } from './kernel-source.js';
import { RUNTIME } from './runtime.js';

export type NamedExpression = { readonly name: string; readonly expression: Expression };

/** Rows in, one column an output out. `asOf` is the T of every row, in microseconds, for expressions with AS_OF(). */
export type ColumnarKernel = (batch: ColumnBatch, asOf?: BigInt64Array) => ColumnBatch;

/** The values of one row, in the order of the names given, to the values of the outputs. */
export type RowKernel = (values: readonly Value[], asOfUs: bigint | null) => readonly Value[];

/**
 * Compiles expressions to generated loops over the columns of a batch (S8). Columns are found by name; a column that is
 * missing or has another type is INTERNAL, because doors check rows before kernels see them. Fitted functions must have
 * been replaced by what they learnt.
 */
export function compileColumnarKernel(outputs: readonly NamedExpression[]): ColumnarKernel {
  const computed = outputs.filter(({ expression }) => expression.kind !== 'column');
  const loops = compileLoops(computed.map(({ expression }) => expression));
  const copied = outputs.filter(({ expression }) => expression.kind === 'column');
  const inputs = inputTypes(copied.map(({ expression }) => expression));
  return (batch, asOf) => {
    for (const [name, type] of inputs) columnOfType(batch, name, type);
    const results = loops(batch, asOf);
    const columns = new Map<string, Column>();
    for (const { name, expression } of outputs) {
      const copy = expression.kind === 'column' ? batch.columns.get(expression.name)! : null;
      columns.set(name, copy ?? results[computed.findIndex((output) => output.name === name)]!);
    }
    return { rowCount: batch.rowCount, columns };
  };
}

/** Compiles expressions for one row at a time: the same code over a list of values in the order of `inputNames`. */
export function compileRowKernel(
  outputs: readonly NamedExpression[],
  inputNames: readonly string[],
): RowKernel {
  const expressions = outputs.map(({ expression }) => expression);
  const source = new KernelSource(new Map(inputNames.map((name, index) => [name, index])), 'row');
  const results = expressions.map((expression) => source.emit(expression));
  const values = results.map(({ value, isNull }) => `${isNull} ? null : ${value}`);
  const inputs = [...source.inputs].map(
    ([slot]) =>
      `const d${slot} = values[${slot}]; const m${slot} = d${slot} === null || d${slot} === undefined;`,
  );
  const body = `${source.constantsSource()}
return (values, asOf) => {
${inputs.join('\n')}
${source.body()}
return [${values.join(', ')}];
};`;
  return build(body, source) as RowKernel;
}

type Loops = (batch: ColumnBatch, asOf?: BigInt64Array) => readonly Column[];

/** Fills the storage of an output and returns its validity. */
type GeneratedLoop = (
  rowCount: number,
  inputs: readonly Column[],
  output: ColumnValues,
  asOf: BigInt64Array | undefined,
) => Uint8Array | null;

/** A loop an expression: engines optimise small functions well, large ones not at all. */
function compileLoops(expressions: readonly Expression[]): Loops {
  const inputs = [...inputTypes(expressions)];
  const slots = new Map(inputs.map(([name], index) => [name, index]));
  const loops = expressions.map((expression) => compileLoop(expression, slots));
  const readsAsOf = expressions.some(containsAsOf);
  return (batch, asOf) => {
    if (readsAsOf && asOf === undefined) {
      throw new PlumblineError('INTERNAL', 'the kernel reads AS_OF() and was given no times');
    }
    const columns = inputs.map(([name, type]) => columnOfType(batch, name, type));
    return expressions.map(({ type }, i) => {
      const values = allocateValues(type, batch.rowCount);
      return { type, values, valid: loops[i]!(batch.rowCount, columns, values, asOf) };
    });
  };
}

function compileLoop(expression: Expression, slots: ReadonlyMap<string, number>): GeneratedLoop {
  const source = new KernelSource(slots, 'column');
  const { value, isNull } = source.emit(expression);
  const store = `output[i] = ${expression.type === 'BOOL' ? `${value} ? 1 : 0` : value};`;
  const invalidate = 'if (valid === null) valid = new Uint8Array(rowCount).fill(1); valid[i] = 0;';
  const inputs = [...source.inputs.keys()].map(
    (slot) => `const d${slot} = inputs[${slot}].values, m${slot} = inputs[${slot}].valid;`,
  );
  const body = `${source.constantsSource()}
return (rowCount, inputs, output, asOf) => {
${inputs.join('\n')}
let valid = null;
for (let i = 0; i < rowCount; i++) {
${source.body()}
${isNull === 'false' ? store : `if (${isNull}) { ${invalidate} } else ${store}`}
}
return valid;
};`;
  return build(body, source) as GeneratedLoop;
}

/** Generated source holds numbered slots and the table's own code; names and constants come in as arguments. */
function build(body: string, source: KernelSource): unknown {
  const factory = new Function('rt', 'constants', 'EMPTY_BYTES', 'EMPTY_ARRAY', `'use strict';\n${body}`);
  return factory(RUNTIME, source.constants, EMPTY_BYTES, EMPTY_ARRAY);
}

function columnOfType(batch: ColumnBatch, name: string, type: ValueType): Column {
  const column = batch.columns.get(name);
  if (column?.type === type) return column;
  const found = column === undefined ? 'has no such column' : `has it as ${column.type}`;
  throw new PlumblineError('INTERNAL', `the kernel reads "${name}" as ${type}; the batch ${found}`);
}

function inputTypes(expressions: readonly Expression[]): ReadonlyMap<string, ValueType> {
  const types = new Map<string, ValueType>();
  const walk = (node: Expression): void => {
    if (node.kind === 'column') types.set(node.name, node.type);
    childrenOf(node).forEach(walk);
  };
  expressions.forEach(walk);
  return types;
}

function containsAsOf(node: Expression): boolean {
  return node.kind === 'asOf' || childrenOf(node).some(containsAsOf);
}
