import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  Field,
  FixedSizeList,
  Float32,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
} from 'apache-arrow';
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
  await pipeline(
    Readable.from(recordBatches(rows, schema)),
    RecordBatchStreamWriter.throughNode(),
    createWriteStream(path),
  );
}

/** The bytes of a file that is gone when it has been read or given up. */
export function readOnce(path: string): Readable {
  const stream = createReadStream(path);
  stream.once('close', () => void rm(path, { force: true }).catch(() => undefined));
  return stream;
}

function schemaOf(width: number): Schema<{ vector: FixedSizeList<Float32>; prediction: Float32 }> {
  const item = new Field('item', new Float32(), false);
  return new Schema([
    new Field('vector', new FixedSizeList(width, item), false),
    new Field('prediction', new Float32(), false),
  ]);
}

async function* recordBatches(
  rows: AsyncIterable<VectorRows>,
  schema: ReturnType<typeof schemaOf>,
): AsyncIterable<RecordBatch> {
  const [vector, prediction] = schema.fields;
  for await (const { vectors, predictions } of rows) {
    const length = vectors.rows;
    const child = makeData({ type: new Float32(), length: vectors.values.length, data: vectors.values });
    const children = [
      makeData({ type: vector!.type as FixedSizeList<Float32>, length, nullCount: 0, child }),
      makeData({ type: prediction!.type as Float32, length, data: predictions }),
    ];
    const struct = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
    yield new RecordBatch(schema, struct);
  }
}
