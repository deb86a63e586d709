import { type Column, type ColumnBatch, ColumnBuilder, valueAt } from '../definition/column-batch.js';
import { namesIn } from '../definition/expression.js';
import type { Value } from '../definition/value.js';
import type { CompiledFeature } from './feature-set.js';
import { compileColumnarKernel, compileRowKernel } from './kernel.js';

/**
 * Read expressions as one function of an answer (S5). Each sees what stands before it with its default in place; what
 * comes out is before defaults, so that NULL tells the status. Row by row and by columns it is the same generated code.
 */
export type ReadKernel = {
  /** What must be given, each name once. */
  readonly inputs: readonly string[];
  /** Values of `inputs`, in their order and after defaults, to the values of the expressions, in their order. */
  readonly row: (values: readonly Value[], asOfUs: bigint) => readonly Value[];
  /** The same of many rows: columns of `inputs` to one column an expression, by name. `asOf` holds T of each row. */
  readonly columns: (batch: ColumnBatch, asOf: BigInt64Array) => ReadonlyMap<string, Column>;
};

/** Compiles read expressions; each may read those before it. */
export function compileReads(reads: readonly CompiledFeature[]): ReadKernel {
  const own = new Set(reads.map(({ name }) => name));
  const inputs = [...new Set(reads.flatMap(({ expression }) => namesIn(expression)))].filter(
    (name) => !own.has(name),
  );
  const levels = levelsOf(reads);
  return { inputs, row: compileRow(reads, levels, inputs), columns: compileColumns(levels) };
}

/** A kernel reads columns that are there: expressions over expressions are computed in further rounds. */
function levelsOf(reads: readonly CompiledFeature[]): readonly (readonly CompiledFeature[])[] {
  const levels: CompiledFeature[][] = [];
  const levelOf = new Map<string, number>();
  for (const read of reads) {
    const before = namesIn(read.expression).map((name) => levelOf.get(name) ?? -1);
    const level = 1 + Math.max(-1, ...before);
    levelOf.set(read.name, level);
    levels[level] = [...(levels[level] ?? []), read];
  }
  return levels;
}

function compileRow(
  reads: readonly CompiledFeature[],
  levels: readonly (readonly CompiledFeature[])[],
  inputs: readonly string[],
): ReadKernel['row'] {
  const inOrder = levels.flat();
  const slots = [...inputs, ...inOrder.map(({ name }) => name)];
  const kernels = levels.map((level) => ({ level, run: compileRowKernel(level, slots) }));
  const places = reads.map((read) => inOrder.indexOf(read));
  return (values, asOfUs) => {
    const known = [...values];
    const raw: Value[] = [];
    for (const { level, run } of kernels) {
      const computed = run(known, asOfUs);
      for (let i = 0; i < level.length; i++) {
        raw.push(computed[i]!);
        known.push(computed[i] ?? level[i]!.defaultValue);
      }
    }
    return places.map((place) => raw[place]!);
  };
}

function compileColumns(levels: readonly (readonly CompiledFeature[])[]): ReadKernel['columns'] {
  const kernels = levels.map((level) => ({ level, run: compileColumnarKernel(level) }));
  return (batch, asOf) => {
    const known = new Map(batch.columns);
    const raw = new Map<string, Column>();
    for (const { level, run } of kernels) {
      const computed = run({ rowCount: batch.rowCount, columns: known }, asOf).columns;
      for (const { name, defaultValue } of level) {
        const column = computed.get(name)!;
        raw.set(name, column);
        known.set(name, withDefaults(column, defaultValue));
      }
    }
    return raw;
  };
}

/** The column with `defaultValue` in place of every NULL (S7). */
function withDefaults(column: Column, defaultValue: Value): Column {
  if (defaultValue === null || column.valid === null) return column;
  const { length } = column.values;
  const builder = new ColumnBuilder(column.type, length);
  for (let row = 0; row < length; row++) builder.set(row, valueAt(column, row) ?? defaultValue);
  return builder.finish();
}
