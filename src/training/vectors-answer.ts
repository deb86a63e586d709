import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Field, FixedSizeList, Float32, makeData, RecordBatch, Schema, Struct } from 'apache-arrow';
import { recordBatchStream } from '../offline/arrow.js';
import type { VectorRows } from './vectors.js';

/**
 * Writes rows as an Arrow IPC stream into a file: `vector`, a FixedSizeList of `width` Float32, and `prediction`, Float32;
 * no NULLs. A file first, so that a frame that turns out bad half-way is still answered with an error.
 */
export async function writeVectors(
  rows: AsyncIterable<VectorRows>,
  width: number,
  path: string,
): Promise<void> {
  const schema = schemaOf(width);
  await pipeline(recordBatchStream(recordBatches(rows, schema), schema), createWriteStream(path));
}

type VectorSchema = Schema<{ vector: FixedSizeList<Float32>; prediction: Float32 }>;

function schemaOf(width: number): VectorSchema {
  const item = new Field('item', new Float32(), false);
  return new Schema([
    new Field('vector', new FixedSizeList(width, item), false),
    new Field('prediction', new Float32(), false),
  ]);
}

async function* recordBatches(
  rows: AsyncIterable<VectorRows>,
  schema: VectorSchema,
): AsyncIterable<RecordBatch> {
  for await (const part of rows) yield recordBatch(part, schema);
}

function recordBatch({ vectors, predictions }: VectorRows, schema: VectorSchema): RecordBatch {
  const [vector, prediction] = schema.fields;
  const length = vectors.rows;
  const child = makeData({
    type: new Float32(),
    length: vectors.values.length,
    data: vectors.values,
  });
  const children = [
    makeData({ type: vector!.type as FixedSizeList<Float32>, length, nullCount: 0, child }),
    makeData({ type: prediction!.type as Float32, length, data: predictions }),
  ];
  const struct = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return new RecordBatch(schema, struct);
}
