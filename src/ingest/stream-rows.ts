import { type AvroType, parseAvroSchema } from '../compile/avro-schema.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { isJsonObject } from '../definition/json-columns.js';
import { placeOf } from '../definition/record-place.js';
import type { StreamDocument } from '../definition/stream-document.js';
import { formatTimestamp } from '../definition/time.js';
import { decodeAvro } from './avro-value.js';
import type { RowPlan } from './column-mapping.js';
import type { OfferedRows } from './delivery.js';
import { readJson } from './ndjson.js';
import { RowCollector } from './row-collector.js';
import type { TopicMessage } from './stream-topic.js';

/** Members under which key and time of a message are put beside those of its value; no name of a column has a space. */
const KEY = ' key';
const TIME = ' timestamp';

/** Makes rows of the messages of a source's stream; a row's ordinal is the message's offset. */
export class StreamRows {
  private readonly plan: RowPlan;
  private readonly readValue: (value: Buffer) => Read;

  constructor(
    private readonly source: SourceDocument,
    private readonly stream: StreamDocument,
  ) {
    this.plan = planOf(source, stream);
    this.readValue = valueReader(stream);
  }

  /** Columns that a row has. */
  get columnCount(): number {
    return this.plan.columns.length;
  }

  /** What cannot be read is refused, and stops no other. */
  offered(messages: readonly TopicMessage[]): OfferedRows {
    const collector = new RowCollector(this.plan, messages.length);
    for (const message of messages) {
      const ordinal = Number(message.offset);
      const read = this.read(message);
      if (read === null) continue;
      if ('problem' in read) collector.refuse(ordinal, read.text, [{ path: '', message: read.problem }]);
      else collector.addJson(ordinal, read.record);
    }
    return collector.finish();
  }

  /** Null for a message that is no row. */
  private read(message: TopicMessage): Read | null {
    if (message.value === null && this.stream.empty === 'ignore') return null;
    const read = message.value === null ? this.deletion(message) : this.readValue(message.value);
    if ('problem' in read || !isJsonObject(read.record)) return read;
    const key = this.readKey(message);
    if ('problem' in key) return { text: read.record, problem: `the key of the message ${key.problem}` };
    const time = this.stream.timestamp === undefined ? {} : { [TIME]: timeOf(message) };
    return { record: Object.assign(read.record, time, this.stream.key && { [KEY]: key.record }) };
  }

  private deletion(message: TopicMessage): Read {
    const { tombstone, eventTime, createdTime } = this.source;
    if (this.stream.empty !== 'delete' || tombstone === undefined)
      return { text: null, problem: 'is empty; a stream says with "empty" what that means' };
    const record = {};
    put(record, this.placeOfColumn(tombstone), true);
    for (const name of [eventTime, createdTime])
      if (name !== undefined) put(record, this.placeOfColumn(name), timeOf(message));
    return { record };
  }

  private placeOfColumn(name: string): readonly string[] {
    return this.plan.columns.find((column) => column.name === name)!.from;
  }

  private readKey({ key }: TopicMessage): Read {
    if (this.stream.key === undefined || key === null) return { record: null };
    switch (this.stream.key.format) {
      case 'bytes':
        return { record: key.toString('base64') };
      case 'text':
        return textOf(key);
      case 'json':
        return readJson(key) ?? { record: null };
    }
  }
}

type Read = { readonly record: unknown } | { readonly text: unknown; readonly problem: string };

function planOf(source: SourceDocument, { columns, key, timestamp, extra }: StreamDocument): RowPlan {
  const from = (name: string): readonly string[] => {
    if (name === timestamp) return [TIME];
    if (key?.column === name) return [KEY];
    const place = key?.columns?.[name];
    return place === undefined ? placeOf(columns?.[name] ?? name) : [KEY, ...placeOf(place)];
  };
  const isPlain = columns === undefined && key === undefined && timestamp === undefined;
  return {
    columns: source.columns.map(({ name, type }) => ({ name, type, from: from(name) })),
    extra: extra ?? 'refuse',
    isPlain,
  };
}

function valueReader({ format, schema, schemaIds }: StreamDocument): (value: Buffer) => Read {
  if (format === 'json')
    return (value) => readJson(value) ?? { text: value.toString('latin1'), problem: 'is no JSON text' };
  const type = parseAvroSchema(schema);
  if ('message' in type) throw new PlumblineError('INTERNAL', `schema${type.path} ${type.message}`);
  if (schemaIds === undefined) return (value) => readAvro(type, value, value);
  const known = new Set(schemaIds);
  return (value) => {
    const id = value.length > 4 && value[0] === 0 ? value.readUInt32BE(1) : null;
    if (id !== null && known.has(id)) return readAvro(type, value.subarray(5), value);
    const found = id === null ? 'names no schema' : `is of schema ${id}`;
    return { text: value.toString('base64'), problem: `${found}; known are ${[...known].join(', ')}` };
  };
}

function readAvro(type: AvroType, body: Buffer, value: Buffer): Read {
  try {
    return { record: decodeAvro(type, body) };
  } catch (error) {
    const reason = error instanceof RangeError ? error.message : 'has a text that is no UTF-8';
    return { text: value.toString('base64'), problem: `is no value of the Avro schema: ${reason}` };
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): Read {
  try {
    return { record: UTF8.decode(bytes) };
  } catch {
    return { text: bytes.toString('base64'), problem: 'is no UTF-8' };
  }
}

function timeOf({ timestampMs }: TopicMessage): string | null {
  return timestampMs < 0n ? null : formatTimestamp(timestampMs * 1_000n);
}

function put(record: Record<string, unknown>, [name, ...within]: readonly string[], value: unknown): void {
  if (within.length === 0) {
    record[name!] = value;
    return;
  }
  const inner: Record<string, unknown> = isJsonObject(record[name!]) ? { ...(record[name!] as object) } : {};
  put(inner, within, value);
  record[name!] = inner;
}
