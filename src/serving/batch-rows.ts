import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import {
  type Column,
  type ColumnBatch,
  columnOf,
  concatBatches,
  nullColumn,
  takeRows,
} from '../definition/column-batch.js';
import type { ColumnDocument, SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { arrowBytes } from '../offline/arrow.js';
import type { TypedColumn } from '../offline/file-reader.js';
import type { JobContext } from '../platform/job.js';
import type { BatchParts } from './batch-parts.js';
import type { BatchSink } from './batch-sink.js';
import type { DoorReceipt, RowDoor } from './row-door.js';

/** Rows of a part: one push, well below the most that a push may have. */
const PART_ROWS = 16_384;

export type BatchRowsParts = {
  readonly door: RowDoor;
  readonly parts: BatchParts;
  readonly set: SourceFeatureSet;
  /** Name of the frame's column that is T of each row. */
  readonly time: string;
  readonly nowUs: () => bigint;
  readonly context: JobContext;
};

/**
 * Predictions as rows of a feature set's source: its columns by name, event time T, created time when the part was begun. A
 * part is one delivery under its own idempotency key, so that doing it again changes nothing (S11). Rows that break a rule of
 * the source go to its quarantine, as those of a load do, and the rest goes on.
 */
export class BatchRows implements BatchSink {
  constructor(private readonly own: BatchRowsParts) {}

  async begin(): Promise<number> {
    return (await this.begun()).rows;
  }

  async write(
    columns: readonly TypedColumn[],
    rows: AsyncIterable<ColumnBatch>,
  ): Promise<DoorReceipt | null> {
    const { door, parts, set, context, time } = this.own;
    const { source } = set;
    requireColumns(set, columns, time);
    const { createdUs } = await this.begun();
    const held: ColumnBatch[] = [];
    for await (const batch of rows) held.push(batch);
    const whole = concatBatches(held);
    if (whole.rowCount === 0) return null;
    const entries = source.columns.map(
      (column) => [column.name, columnFor(column, { source, whole, time, createdUs })] as const,
    );
    return door.push({
      project: context.project,
      source: source.name,
      rows: { format: 'arrow', bytes: bytesOf({ rowCount: whole.rowCount, columns: new Map(entries) }) },
      idempotencyKey: `batch-prediction/${context.jobId}/${parts.count}`,
      invalid: 'quarantine',
    });
  }

  /** The rows are where they belong: there is no file. */
  async finish(): Promise<void> {
    await this.own.parts.complete();
  }

  private begun() {
    const { parts, nowUs } = this.own;
    return parts.begin({ createdUs: nowUs(), rows: PART_ROWS });
  }
}

/** The same bytes for the same rows, whatever batches they came in: a bitmap says that there are NULLs, and nothing lies under one. */
function bytesOf(rows: ColumnBatch): Buffer {
  const every = Array.from({ length: rows.rowCount }, (_, row) => row);
  return Buffer.from(arrowBytes(takeRows(rows, every)));
}

type Filling = {
  readonly source: SourceDocument;
  readonly whole: ColumnBatch;
  readonly time: string;
  readonly createdUs: bigint;
};

function columnFor({ name, type }: ColumnDocument, { source, whole, time, createdUs }: Filling): Column {
  if (name === source.eventTime) return whole.columns.get(time)!;
  if (name === source.createdTime) return columnOf('TIMESTAMP', Array(whole.rowCount).fill(createdUs));
  return whole.columns.get(name) ?? nullColumn(type, whole.rowCount);
}

/** A column that a model gives; `elements` is the length of its arrays. */
type OutputColumn = TypedColumn & { readonly elements?: number };

/**
 * The source must have a column for at least one of the model's `outputs`, of its type and dimension. Throws INVALID_REQUEST;
 * what cannot be told before the frame is read is told later.
 */
export function requireOutputColumns(set: SourceFeatureSet, outputs: readonly OutputColumn[]): void {
  const { columns, name, eventId } = set.source;
  const taken = outputs.filter((output) => columns.some((column) => column.name === output.name));
  const problem =
    taken.length === 0
      ? `source "${name}" has no column for a prediction; give it one of ${outputs.map((each) => `${each.name} ${each.type}`).join(', ')}`
      : (misfit(set, taken) ??
        wrongDimension(set, taken) ??
        (eventId === undefined
          ? null
          : `source "${name}" declares an eventId, which predictions do not have; use a source without one`));
  if (problem !== null) throw new PlumblineError('INVALID_REQUEST', problem, { path: 'into' });
}

function wrongDimension({ source }: SourceFeatureSet, outputs: readonly OutputColumn[]): string | null {
  for (const { name, elements } of outputs) {
    const dimension = source.columns.find((column) => column.name === name)?.dimension;
    if (dimension === undefined || elements === undefined || dimension === elements) continue;
    return `column "${name}" of source "${source.name}" has dimension ${dimension}, the model gives ${elements} numbers; declare it so, or name it otherwise`;
  }
  return null;
}

/** Everything the rows need is there. Throws INVALID_FRAME. */
function requireColumns(set: SourceFeatureSet, columns: readonly TypedColumn[], time: string): void {
  const names = new Set(columns.map(({ name }) => name));
  const missing = [...set.keyColumns.filter((name) => name !== set.source.eventTime), time].find(
    (name) => !names.has(name),
  );
  const message =
    missing === undefined
      ? misfit(
          set,
          columns.filter(({ name }) => name !== set.source.eventTime && name !== set.source.createdTime),
        )
      : `the frame has no column "${missing}", which rows of feature set "${set.name}" need`;
  if (message === null) return;
  throw new PlumblineError('INVALID_FRAME', message, { ...(missing !== undefined && { path: missing }) });
}

function misfit({ source }: SourceFeatureSet, columns: readonly TypedColumn[]): string | null {
  for (const { name, type } of columns) {
    const declared = source.columns.find((column) => column.name === name);
    if (declared === undefined || declared.type === type) continue;
    return `column "${name}" is ${declared.type} in source "${source.name}" and ${type} here; declare it as ${type}, or name it otherwise`;
  }
  return null;
}
