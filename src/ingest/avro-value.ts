import type { AvroType } from '../compile/avro-schema.js';
import { floorDivided } from '../definition/floor-divided.js';
import { formatDate, formatTimestamp } from '../definition/time.js';

/**
 * An Avro value (Apache Avro 1.12, "Binary Encoding") as the JSON that would say the same to the doors (S4): a long is a
 * bigint, bytes are base64, a timestamp is RFC 3339, floored to a microsecond, a decimal is the nearest double. Throws
 * RangeError for bytes that are no such value, or more than one.
 */
export function decodeAvro(type: AvroType, bytes: Buffer): unknown {
  const reader = new AvroReader(bytes);
  const value = reader.read(type);
  reader.requireEnd();
  return value;
}

/** Deepest value: a record may hold another of its own type. */
const MAX_DEPTH = 64;

/** Items of one message, which may take no byte each. */
const MAX_ITEMS = 1_000_000;

class AvroReader {
  private at = 0;
  private depth = 0;
  private items = 0;

  constructor(private readonly bytes: Buffer) {}

  read(type: AvroType): unknown {
    if (++this.depth > MAX_DEPTH) throw new RangeError(`is nested deeper than ${MAX_DEPTH} levels`);
    const value = this.readHere(type);
    this.depth--;
    return value;
  }

  requireEnd(): void {
    const rest = this.bytes.length - this.at;
    if (rest > 0) throw new RangeError(`has ${rest} bytes behind its value; another schema wrote it`);
  }

  private readHere(type: AvroType): unknown {
    switch (type.kind) {
      case 'null':
        return null;
      case 'boolean':
        return this.boolean();
      case 'int':
        return Number(this.long());
      case 'long':
        return this.long();
      case 'float':
        return numberOf(this.take(4).readFloatLE(0));
      case 'double':
        return numberOf(this.take(8).readDoubleLE(0));
      case 'bytes':
        return this.take(this.length()).toString('base64');
      case 'string':
        return this.text();
      default:
        return this.readDeclared(type);
    }
  }

  private readDeclared(type: Exclude<AvroType, { readonly kind: 'null' | 'string' }>): unknown {
    switch (type.kind) {
      case 'timestamp':
        return formatTimestamp(floorDivided(this.long() * type.unitNs, 1_000n));
      case 'date':
        return formatDate(Number(this.long()));
      case 'decimal':
        return decimalOf(this.take(type.size ?? this.length()), type.scale);
      case 'fixed':
        return this.take(type.size).toString('base64');
      case 'enum':
        return this.oneOf(type.symbols);
      case 'union':
        return this.read(this.oneOf(type.options));
      case 'record':
        return Object.fromEntries(type.fields.map((field) => [field.name, this.read(field.type)]));
      case 'array':
        return this.blocks(() => this.read(type.items));
      case 'map':
        return Object.fromEntries(this.blocks(() => [this.text(), this.read(type.values)] as const));
      default:
        throw new RangeError(`an Avro ${type.kind} has no such encoding`);
    }
  }

  private boolean(): boolean {
    const byte = this.byte();
    if (byte > 1) throw new RangeError(`has the byte ${byte} for a boolean`);
    return byte === 1;
  }

  /** Zigzag, seven bits a byte, the least first; most numbers end within 28 bits, which need no bigint arithmetic. */
  private long(): bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt((low >>> 1) ^ -(low & 1));
    }
    let bits = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      bits |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, (bits >> 1n) ^ -(bits & 1n));
    }
    throw new RangeError('has a number of more than 64 bits');
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError(TOO_SHORT);
    return byte;
  }

  private length(): number {
    const length = this.long();
    if (length >= 0n && length <= BigInt(this.bytes.length - this.at)) return Number(length);
    throw new RangeError(`has a length of ${length}, and ${this.bytes.length - this.at} bytes are left`);
  }

  private text(): string {
    return UTF8.decode(this.take(this.length()));
  }

  private oneOf<T>(options: readonly T[]): T {
    const option = options[Number(this.long())];
    if (option === undefined) throw new RangeError(`names none of ${options.length} options`);
    return option;
  }

  /** Items come in blocks, each behind its count; a negative one is followed by the bytes of the block. */
  private blocks<T>(readItem: () => T): T[] {
    const found: T[] = [];
    for (let count = this.long(); count !== 0n; count = this.long()) {
      if (count < 0n) this.long();
      this.items += Number(count < 0n ? -count : count);
      if (this.items > MAX_ITEMS) throw new RangeError(`has more than ${MAX_ITEMS} items`);
      for (let left = count < 0n ? -count : count; left > 0n; left--) found.push(readItem());
    }
    return found;
  }

  private take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.bytes.length) throw new RangeError(TOO_SHORT);
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}

const TOO_SHORT = 'ends before its value does';
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What is not finite as JSON rows have it: a text, which becomes NULL (S3). */
function numberOf(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** Through its decimal text, so that it is rounded once. */
function decimalOf(bytes: Buffer, scale: number): number {
  const unscaled =
    bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`));
  return Number(`${unscaled}e-${scale}`);
}
