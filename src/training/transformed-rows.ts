import type { Slot } from '../compile/fitted-transform.js';
import type { ModelInput } from '../compile/model.js';
import type { Column, ColumnBatch } from '../definition/column-batch.js';

/** How transformed rows are laid out: a column a number of the vector, or one an output of the transform. */
export const TRANSFORM_LAYOUTS = ['slot', 'output'] as const;

export type TransformLayout = (typeof TRANSFORM_LAYOUTS)[number];

/** Columns of transformed rows, in the order of the vector. */
export type TransformedColumns = {
  readonly columns: readonly ModelInput[];
  /** Some rows of a matrix, row after row, as these columns: float32 numbers, widened exactly. */
  readonly batchOf: (matrix: Float32Array, rowCount: number) => ColumnBatch;
};

/** Transformed rows by slot or by output; an output of several numbers, or of indicators, is ARRAY<FLOAT64>. */
export function transformedColumns(slots: readonly Slot[], layout: TransformLayout): TransformedColumns {
  const parts = layout === 'slot' ? slots.map(slotPart) : outputParts(slots);
  const width = slots.length;
  return {
    columns: parts.map(({ name, type }) => ({ name, type })),
    batchOf: (matrix, rowCount) => ({
      rowCount,
      columns: new Map(parts.map((part) => [part.name, columnOf(part, { matrix, width, rowCount })])),
    }),
  };
}

/** A column: `count` numbers of the vector from `at`. */
type Part = {
  readonly name: string;
  readonly type: 'FLOAT64' | 'ARRAY<FLOAT64>';
  readonly at: number;
  readonly count: number;
};

function slotPart({ name }: Slot, at: number): Part {
  return { name, type: 'FLOAT64', at, count: 1 };
}

function outputParts(slots: readonly Slot[]): readonly Part[] {
  const parts: Part[] = [];
  for (const [at, { output: name, kind }] of slots.entries()) {
    const last = parts.at(-1);
    if (last?.name === name)
      parts[parts.length - 1] = { ...last, type: 'ARRAY<FLOAT64>', count: last.count + 1 };
    else parts.push({ name, type: kind === 'indicator' ? 'ARRAY<FLOAT64>' : 'FLOAT64', at, count: 1 });
  }
  return parts;
}

type Rows = { readonly matrix: Float32Array; readonly width: number; readonly rowCount: number };

function columnOf({ type, at, count }: Part, { matrix, width, rowCount }: Rows): Column {
  if (type === 'FLOAT64') {
    const values = new Float64Array(rowCount);
    for (let row = 0; row < rowCount; row++) values[row] = matrix[row * width + at]!;
    return { type, values, valid: null };
  }
  const values = Array.from({ length: rowCount }, (_, row) => [
    ...matrix.subarray(row * width + at, row * width + at + count),
  ]);
  return { type, values, valid: null };
}
