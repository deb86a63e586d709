import { checkTransformOutput } from '../../src/compile/check.js';
import { TransformFitting } from '../../src/compile/fit-transform.js';
import type { FittedTransform } from '../../src/compile/fitted-transform.js';
import { compileTransform } from '../../src/compile/transform.js';
import type { TransformOutput } from '../../src/compile/transform-output.js';
import { type Column, type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';

/** Columns by name, all of one length. */
type Columns = Readonly<Record<string, Column>>;

/** Outputs of a transform by name, typed over the columns of a batch. */
export function outputsOf(
  expressions: Readonly<Record<string, string>>,
  scope: ReadonlyMap<string, ValueType>,
): readonly TransformOutput[] {
  return Object.entries(expressions).flatMap(([name, text]) => {
    const checked = checkTransformOutput(text, scope);
    if ('problems' in checked) throw new Error(`${text}: ${checked.problems[0]?.message}`);
    return checked.outputs.map(({ field, expression }) => ({
      name: field === null ? name : `${name}_${field}`,
      text,
      expression,
    }));
  });
}

/** Fits outputs over batches of the same columns, each added in one call. */
export function fitted(
  expressions: Readonly<Record<string, string>>,
  batches: readonly ColumnBatch[],
): FittedTransform {
  return fittedInParts(expressions, [batches]);
}

/**
 * Fits outputs over batches, every list of them in a part of its own; in each pass these are merged into the last one, that
 * one into the fitting, which the first list was given.
 */
export function fittedInParts(
  expressions: Readonly<Record<string, string>>,
  [first = [], ...others]: readonly (readonly ColumnBatch[])[],
): FittedTransform {
  const batch = [first, ...others].flat()[0]!;
  const scope = new Map([...batch.columns].map(([name, { type }]) => [name, type]));
  const inputs = [...scope].map(([name, type]) => ({ name, type }));
  const fitting = new TransformFitting(outputsOf(expressions, scope), inputs);
  while (!fitting.done) {
    addAll(fitting, first);
    const last = fitting.part();
    for (const batches of others) {
      const part = fitting.part();
      addAll(part, batches);
      last.merge(part);
    }
    fitting.merge(last);
    fitting.finishPass();
  }
  return fitting.result();
}

function addAll(rows: Pick<TransformFitting, 'add'>, batches: readonly ColumnBatch[]): void {
  for (const batch of batches) rows.add(batch, new BigInt64Array(batch.rowCount));
}

export function batchOf(columns: Columns): ColumnBatch {
  const rowCount = Math.max(0, ...Object.values(columns).map(({ values }) => values.length));
  return { rowCount, columns: new Map(Object.entries(columns)) };
}

/** The model inputs of every row, as float32. */
export function rowsOf(transform: FittedTransform, batch: ColumnBatch): readonly (readonly number[])[] {
  const { width, apply } = compileTransform(transform);
  const matrix = apply(batch, new BigInt64Array(batch.rowCount));
  return Array.from({ length: batch.rowCount }, (_, row) => [
    ...matrix.subarray(row * width, (row + 1) * width),
  ]);
}

/** A column of the type that its values have: numbers FLOAT64, bigints INT64, texts STRING, lists arrays of those. */
export function columnLike(values: readonly Value[]): Column {
  const first = values.find((value) => value !== null && !(Array.isArray(value) && value.length === 0));
  if (!Array.isArray(first)) return columnOf(typeLike(first), values);
  return columnOf(`ARRAY<${typeLike(first[0])}>`, values);
}

function typeLike(value: Value | undefined): 'FLOAT64' | 'INT64' | 'STRING' | 'BOOL' {
  if (typeof value === 'bigint') return 'INT64';
  if (typeof value === 'boolean') return 'BOOL';
  return typeof value === 'string' ? 'STRING' : 'FLOAT64';
}
