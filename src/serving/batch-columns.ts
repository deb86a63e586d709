import type { ModelInput } from '../compile/model.js';
import { type Column, type ColumnBatch, columnOf } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import type { Matrix } from '../model/runtime.js';
import type { TypedColumn } from '../offline/file-reader.js';
import type { KeptColumns } from './batch-task.js';

/** The version that made a prediction, beside it. */
const VERSION_COLUMN = 'model_version';
/** The model input, float32 numbers widened exactly. */
const VECTOR_COLUMN = 'vector';

/** What stands beside each prediction. */
export type BatchLayout = {
  readonly kept: KeptColumns;
  /** Key columns and time of the frame. */
  readonly keyNames: readonly string[];
  /** Columns that the model gives. */
  readonly outputs: readonly ModelInput[];
  readonly version: number;
  readonly vector: boolean;
};

/** The columns that a layout adds to those of the frame. */
export function addedColumns({
  outputs,
  vector,
}: Pick<BatchLayout, 'outputs' | 'vector'>): readonly TypedColumn[] {
  return [
    ...outputs,
    { name: VERSION_COLUMN, type: 'INT64' },
    ...(vector ? [{ name: VECTOR_COLUMN, type: 'ARRAY<FLOAT64>' } as const] : []),
  ];
}

/** The columns of an output, for frames with the columns of `frame`. Throws INVALID_FRAME where a name would be there twice. */
export function batchColumns(frame: ColumnBatch, layout: BatchLayout): readonly TypedColumn[] {
  const names = layout.kept === 'all' ? [...frame.columns.keys()] : layout.keyNames;
  const kept = names.flatMap((name) => {
    const column = frame.columns.get(name);
    return column === undefined ? [] : [{ name, type: column.type }];
  });
  const added = addedColumns(layout);
  for (const { name } of added) requireFree(name, kept);
  return [...kept, ...added];
}

/** Some rows of the output. */
export function batchRows(
  columns: readonly TypedColumn[],
  { frame, outputs, vectors }: { frame: ColumnBatch; outputs: ColumnBatch; vectors: Matrix },
  version: number,
): ColumnBatch {
  const { rowCount } = frame;
  const added: Readonly<Record<string, () => Column>> = {
    [VERSION_COLUMN]: () => ({
      type: 'INT64',
      values: new BigInt64Array(rowCount).fill(BigInt(version)),
      valid: null,
    }),
    [VECTOR_COLUMN]: () => vectorColumn(vectors),
  };
  const entries = columns.map(
    ({ name }) => [name, outputs.columns.get(name) ?? added[name]?.() ?? frame.columns.get(name)!] as const,
  );
  return { rowCount, columns: new Map(entries) };
}

function vectorColumn({ rows, width, values }: Matrix): Column {
  const vectors = Array.from({ length: rows }, (_, row) => [
    ...values.subarray(row * width, (row + 1) * width),
  ]);
  return columnOf('ARRAY<FLOAT64>', vectors);
}

function requireFree(name: string, kept: readonly TypedColumn[]): void {
  const taken = kept.find((column) => column.name.toLowerCase() === name.toLowerCase());
  if (taken === undefined) return;
  const message = `the frame has a column "${taken.name}", which the answer adds; rename it, or keep keys alone`;
  throw new PlumblineError('INVALID_FRAME', message, { path: taken.name });
}
