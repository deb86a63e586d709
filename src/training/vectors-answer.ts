import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
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
  await pipeline(streamBytes(rows, schemaOf(width)), createWriteStream(path));
}

/** The bytes of a file that is gone when it has been read or given up. */
export function readOnce(path: string): Readable {
  const stream = createReadStream(path);
  stream.once('close', () => void rm(path, { force: true }).catch(() => undefined));
  return stream;
}

type VectorSchema = Schema<{ vector: FixedSizeList<Float32>; prediction: Float32 }>;

function schemaOf(width: number): VectorSchema {
  const item = new Field('item', new Float32(), false);
  return new Schema([
    new Field('vector', new FixedSizeList(width, item), false),
    new Field('prediction', new Float32(), false),
  ]);
}

/** The end of an Arrow IPC stream: a continuation marker and a length of 0. */
const END_BYTES = 8;

/**
 * An Arrow IPC stream, one record batch at a time: each batch is written as a whole stream, from which the schema in
 * front and the end are cut. Arrow's own writer would queue without bound, and its queue loses errors.
 */
async function* streamBytes(
  rows: AsyncIterable<VectorRows>,
  schema: VectorSchema,
): AsyncIterable<Uint8Array> {
  const empty = wholeStream(schema, []);
  const schemaBytes = empty.length - END_BYTES;
  yield empty.subarray(0, schemaBytes);
  for await (const part of rows) {
    const bytes = wholeStream(schema, [recordBatch(part, schema)]);
    yield bytes.subarray(schemaBytes, bytes.length - END_BYTES);
  }
  yield empty.subarray(schemaBytes);
}

function wholeStream(schema: VectorSchema, batches: readonly RecordBatch[]): Uint8Array {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
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
