import { open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Field, FixedSizeList, Float32, makeData, RecordBatch, Schema, Struct } from 'apache-arrow';
import type { Scored, Scorer } from '../model/scorer.js';
import { arrowData, arrowType, recordBatchStream } from '../offline/arrow.js';

/**
 * Writes rows as an Arrow IPC stream into a file: `vector`, a FixedSizeList of as many Float32 as the transform has slots,
 * then the model's outputs; no NULLs. A file first, so that a frame that turns out bad half-way is still answered with an
 * error; the file is gone then.
 */
export async function writeVectors(rows: AsyncIterable<Scored>, scorer: Scorer, path: string): Promise<void> {
  const schema = schemaOf(scorer);
  // Opened first: a stream may open its file after it was removed.
  const file = await open(path, 'w');
  try {
    await pipeline(recordBatchStream(recordBatches(rows, schema), schema), file.createWriteStream());
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function schemaOf({ transform, outputs }: Scorer): Schema {
  const item = new Field('item', new Float32(), false);
  return new Schema([
    new Field('vector', new FixedSizeList(transform.width, item), false),
    ...outputs.map(({ name, type }) => new Field(name, arrowType(type), false)),
  ]);
}

async function* recordBatches(rows: AsyncIterable<Scored>, schema: Schema): AsyncIterable<RecordBatch> {
  for await (const part of rows) yield recordBatch(part, schema);
}

function recordBatch({ vectors, outputs }: Scored, schema: Schema): RecordBatch {
  const [vector, ...others] = schema.fields;
  const length = vectors.rows;
  const child = makeData({
    type: new Float32(),
    length: vectors.values.length,
    data: vectors.values,
  });
  const children = [
    makeData({ type: vector!.type as FixedSizeList<Float32>, length, nullCount: 0, child }),
    ...others.map(({ name, type }) => arrowData(outputs.columns.get(name)!, type, length)),
  ];
  const struct = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return new RecordBatch(schema, struct);
}
