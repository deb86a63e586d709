import { FlatTable } from './flat-table.js';

/** Metadata of one message: a schema of ten thousand columns has some 2 MiB. */
const MAX_METADATA_BYTES = 16 * 1024 ** 2;

/** Body of one message, which is held in memory, for a moment twice: a batch of a million rows of ten numbers has 80 MiB. */
const MAX_BODY_BYTES = 96 * 1024 ** 2;

/** Columns of a schema, nested ones included. */
const MAX_FIELDS = 20_000;

/** Nesting of columns. */
const MAX_DEPTH = 8;

/** Rows of one batch. */
const MAX_BATCH_ROWS = 2 ** 31 - 1;

/**
 * The messages of an Arrow IPC stream or file as the bytes of a stream, each checked before it is handed on: its metadata
 * lies within itself, its buffers within its body. A file's footer is left out, and a stream must have its end. Throws
 * RangeError. Format: https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 */
export async function* checkedMessages(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const input = new ByteQueue(chunks);
  if (await input.startsWith(MAGIC)) await input.take(8);
  for (;;) {
    const prefix = await input.take(8);
    const view = new DataView(prefix.buffer, prefix.byteOffset, 8);
    if (view.getUint32(0, true) !== CONTINUATION)
      throw new RangeError('a message does not begin with its mark');
    const metadataBytes = view.getInt32(4, true);
    yield prefix;
    if (metadataBytes === 0) return;
    if (metadataBytes < 0 || metadataBytes > MAX_METADATA_BYTES) {
      throw new RangeError(`a message has metadata of ${metadataBytes} bytes, ${MAX_METADATA_BYTES} at most`);
    }
    const metadata = await input.take(metadataBytes);
    const bodyBytes = checkMessage(FlatTable.rootOf(metadata));
    yield metadata;
    for (let left = bodyBytes; left > 0; ) {
      const part = await input.takeSome(left);
      left -= part.length;
      yield part;
    }
  }
}

/** The same for bytes that are all there. */
export function checkedBytes(bytes: Uint8Array): Uint8Array {
  const start = MAGIC.every((byte, i) => bytes[i] === byte) ? 8 : 0;
  let at = start;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (;;) {
    if (view.getUint32(at, true) !== CONTINUATION)
      throw new RangeError('a message does not begin with its mark');
    const metadataBytes = view.getInt32(at + 4, true);
    if (metadataBytes === 0) return bytes.subarray(start);
    at += 8 + metadataBytes;
    if (metadataBytes < 0 || at > bytes.length) throw new RangeError('a message ends behind its end');
    at += checkMessage(FlatTable.rootOf(bytes.subarray(at - metadataBytes, at)));
    if (at > bytes.length) throw new RangeError('a message ends behind its end');
  }
}

const MAGIC = Buffer.from('ARROW1');
const CONTINUATION = 0xff_ff_ff_ff;

/** Fields of the tables, by place (Message.fbs, Schema.fbs). */
const MESSAGE = { headerType: 1, header: 2, bodyLength: 3, metadata: 4 };
const SCHEMA = { fields: 1, metadata: 2 };
const FIELD = { name: 0, type: 3, dictionary: 4, children: 5, metadata: 6 };
const DICTIONARY_BATCH = { data: 1 };
const RECORD_BATCH = { length: 0, nodes: 1, buffers: 2, compression: 3 };
const KEY_VALUE = { key: 0, value: 1 };
const HEADER = { schema: 1, dictionaryBatch: 2, recordBatch: 3 };

/** Checks a message; gives the bytes of its body. */
function checkMessage(message: FlatTable): number {
  const header = message.table(MESSAGE.header);
  if (header === null) throw new RangeError('a message has no header');
  const bodyBytes = message.long(MESSAGE.bodyLength);
  if (bodyBytes < 0n || bodyBytes > MAX_BODY_BYTES) {
    throw new RangeError(
      `a message has a body of ${bodyBytes} bytes, ${MAX_BODY_BYTES} at most; write smaller batches`,
    );
  }
  checkMetadata(message, MESSAGE.metadata);
  const type = message.byte(MESSAGE.headerType);
  if (type === HEADER.schema) checkSchema(header);
  else if (type === HEADER.recordBatch) checkBatch(header, bodyBytes);
  else if (type === HEADER.dictionaryBatch) checkBatch(header.table(DICTIONARY_BATCH.data), bodyBytes);
  else throw new RangeError(`a message is of kind ${type}; a schema, a batch or a dictionary is read`);
  return Number(bodyBytes);
}

function checkSchema(schema: FlatTable): void {
  checkMetadata(schema, SCHEMA.metadata);
  const left = { fields: MAX_FIELDS };
  for (const field of schema.tables(SCHEMA.fields)) checkField(field, 1, left);
}

function checkField(field: FlatTable, depth: number, left: { fields: number }): void {
  if (--left.fields < 0) throw new RangeError(`the schema has more than ${MAX_FIELDS} columns`);
  if (depth > MAX_DEPTH) throw new RangeError(`a column is nested deeper than ${MAX_DEPTH} levels`);
  field.requireBytes(FIELD.name);
  field.table(FIELD.type);
  field.table(FIELD.dictionary);
  checkMetadata(field, FIELD.metadata);
  for (const child of field.tables(FIELD.children)) checkField(child, depth + 1, left);
}

function checkMetadata(table: FlatTable, place: number): void {
  for (const pair of table.tables(place)) {
    pair.requireBytes(KEY_VALUE.key);
    pair.requireBytes(KEY_VALUE.value);
  }
}

function checkBatch(batch: FlatTable | null, bodyBytes: bigint): void {
  if (batch === null) throw new RangeError('a dictionary has no values');
  requireRows(batch.long(RECORD_BATCH.length));
  if (batch.table(RECORD_BATCH.compression) !== null) {
    throw new RangeError('its buffers are compressed; write them uncompressed');
  }
  for (const [length, nullCount] of batch.pairs(RECORD_BATCH.nodes)) {
    requireRows(length);
    if (nullCount < 0n || nullCount > length) throw new RangeError('a column has more NULLs than rows');
  }
  for (const [offset, length] of batch.pairs(RECORD_BATCH.buffers)) {
    if (offset < 0n || length < 0n || offset + length > bodyBytes) {
      throw new RangeError('a buffer lies outside of its message');
    }
  }
}

function requireRows(rows: bigint): void {
  if (rows < 0n || rows > MAX_BATCH_ROWS) throw new RangeError(`a batch has ${rows} rows`);
}

/** Chunks of any size, taken in pieces of the wanted size. */
class ByteQueue {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private waiting: Uint8Array = EMPTY;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  async startsWith(bytes: Uint8Array): Promise<boolean> {
    await this.fill(bytes.length);
    return this.waiting.length >= bytes.length && bytes.every((byte, i) => this.waiting[i] === byte);
  }

  /** Throws RangeError when fewer bytes are left. */
  async take(size: number): Promise<Uint8Array> {
    await this.fill(size);
    if (this.waiting.length < size) throw new RangeError('it ends in the middle');
    return this.cut(size);
  }

  /** At least one byte and at most `most` of them. */
  async takeSome(most: number): Promise<Uint8Array> {
    if (this.waiting.length === 0) await this.fill(1);
    if (this.waiting.length === 0) throw new RangeError('it ends in the middle');
    return this.cut(Math.min(most, this.waiting.length));
  }

  private cut(size: number): Uint8Array {
    const taken = this.waiting.subarray(0, size);
    this.waiting = this.waiting.subarray(size);
    return taken;
  }

  private async fill(size: number): Promise<void> {
    const parts = [this.waiting];
    let length = this.waiting.length;
    while (length < size) {
      const { value, done } = await this.chunks.next();
      if (done === true) break;
      parts.push(value);
      length += value.length;
    }
    if (parts.length > 1) this.waiting = Buffer.concat(parts, length);
  }
}

const EMPTY = new Uint8Array(0);
