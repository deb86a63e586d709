import type { Transform } from '../compile/transform.js';
import { type ColumnBatch, takeRows } from '../definition/column-batch.js';
import type { Matrix } from '../model/runtime.js';

/** Some rows with their labels as numbers. */
export type LabelledRows = {
  readonly batch: ColumnBatch;
  readonly asOf: BigInt64Array;
  readonly labels: Float64Array;
};

/** Model inputs with their labels as numbers. */
export type LabelledInputs = { readonly inputs: Matrix; readonly labels: Float64Array };

/** The labelled rows of one part of the split. */
export class SplitRows {
  readonly chunks: LabelledRows[] = [];
  rows = 0;

  constructor(readonly name: 'training' | 'validation' | 'evaluation') {}

  /** Keeps some of the rows. */
  add({ batch, asOf, labels }: LabelledRows, rows: readonly number[]): void {
    if (rows.length === 0) return;
    this.rows += rows.length;
    this.chunks.push({
      batch: takeRows(batch, rows),
      asOf: BigInt64Array.from(rows, (row) => asOf[row]!),
      labels: Float64Array.from(rows, (row) => labels[row]!),
    });
  }

  /** The labels of all rows, in order. */
  labels(): Float64Array {
    const all = new Float64Array(this.rows);
    let at = 0;
    for (const { labels } of this.chunks) {
      all.set(labels, at);
      at += labels.length;
    }
    return all;
  }

  /** The rows as model inputs, chunk by chunk; each chunk is forgotten when it has been taken. */
  *takeInputs({ width, apply }: Transform): Iterable<LabelledInputs> {
    for (let chunk = this.chunks.shift(); chunk !== undefined; chunk = this.chunks.shift()) {
      const { batch, asOf, labels } = chunk;
      yield { inputs: { rows: batch.rowCount, width, values: apply(batch, asOf) }, labels };
    }
  }

  /** All rows as one matrix; they are forgotten as they are taken. */
  gather(transform: Transform): LabelledInputs {
    const { width } = transform;
    const values = new Float32Array(this.rows * width);
    const labels = new Float64Array(this.rows);
    let at = 0;
    for (const part of this.takeInputs(transform)) {
      values.set(part.inputs.values, at * width);
      labels.set(part.labels, at);
      at += part.inputs.rows;
    }
    return { inputs: { rows: this.rows, width, values }, labels };
  }
}
