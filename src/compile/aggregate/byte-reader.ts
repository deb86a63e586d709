import { PlumblineError } from '../../definition/error.js';
import { readInt64BE } from '../../definition/int64-bytes.js';
import { SMALL_INTEGER_BYTES } from './byte-writer.js';

/** Reads, in the same order, what a `ByteWriter` wrote. */
export class ByteReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Raises unless all was read. */
  end(): void {
    const left = this.bytes.length - this.at;
    if (left !== 0) {
      throw new PlumblineError('INTERNAL', `a stored state has ${left} bytes too many; rebuild online state`);
    }
  }

  /** How many bytes were read. */
  get position(): number {
    return this.at;
  }

  /** Reads over some bytes. */
  skip(byteCount: number): void {
    this.advance(byteCount);
  }

  byte(): number {
    return this.bytes[this.advance(1)]!;
  }

  count(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
    }
  }

  int32(): number {
    return this.bytes.readInt32BE(this.advance(4));
  }

  int64(): bigint {
    return readInt64BE(this.bytes, this.advance(8));
  }

  float64(): number {
    return this.bytes.readDoubleBE(this.advance(8));
  }

  integer(): bigint {
    const byteCount = this.count();
    const at = this.advance(byteCount);
    if (byteCount === 0) return 0n;
    const digits = this.bytes.toString('hex', at, at + byteCount);
    return BigInt.asIntN(8 * byteCount, BigInt(`0x${digits}`));
  }

  /** What `integer` or `smallInteger` wrote, as a number where `smallInteger` could have written it. */
  anyInteger(): number | bigint {
    const at = this.at;
    const byteCount = this.count();
    if (byteCount === 0) return 0;
    if (byteCount <= SMALL_INTEGER_BYTES) return this.bytes.readIntBE(this.advance(byteCount), byteCount);
    this.at = at;
    return this.integer();
  }

  text(): string {
    const byteCount = this.count();
    const at = this.advance(byteCount);
    return this.bytes.toString('utf8', at, at + byteCount);
  }

  sized(): Uint8Array {
    return this.raw(this.count());
  }

  raw(byteCount: number): Uint8Array {
    const at = this.advance(byteCount);
    return Uint8Array.from(this.bytes.subarray(at, at + byteCount));
  }

  private advance(byteCount: number): number {
    const at = this.at;
    this.at += byteCount;
    if (this.at > this.bytes.length) {
      throw new PlumblineError(
        'INTERNAL',
        `a stored state ends early, after ${this.bytes.length} bytes; rebuild online state`,
      );
    }
    return at;
  }
}
