import { copyRange } from '../../definition/copy-range.js';
import { writeInt64BE } from '../../definition/int64-bytes.js';
import { bitLength } from '../runtime/fixed-point.js';

/** Bytes that grow while states are written into them, one behind the other. */
export class ByteWriter {
  private bytes = Buffer.allocUnsafe(FIRST_CAPACITY);
  private at = 0;

  /** What was written, as bytes of its own. */
  finish(): Uint8Array {
    return new Uint8Array(this.bytes.subarray(0, this.at));
  }

  /** What was written, until the next write: a copy is the caller's to make, in memory of its choice. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.at);
  }

  /** What was written, as bytes that share their memory with other small ones. */
  copy(): Buffer {
    const bytes = Buffer.allocUnsafe(this.at);
    copyRange(this.bytes, { start: 0, end: this.at }, bytes, 0);
    return bytes;
  }

  /** Forgets what was written and keeps the memory. */
  clear(): void {
    this.at = 0;
  }

  byte(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  /** A whole number from 0 to 2^53: 7 bits a byte, the lowest first, the high bit on all but the last (LEB128). */
  count(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  /** 4 bytes, the most significant first. */
  int32(value: number): void {
    const at = this.reserve(4);
    this.bytes.writeInt32BE(value, at);
  }

  /** 8 bytes, the most significant first. */
  int64(value: bigint): void {
    const at = this.reserve(8);
    writeInt64BE(this.bytes, value, at);
  }

  /** 8 bytes, the most significant first. */
  float64(value: number): void {
    const at = this.reserve(8);
    this.bytes.writeDoubleBE(value, at);
  }

  /** An integer of any size: the count of its bytes, then the fewest that hold it in two's complement; 0 has none. */
  integer(value: bigint): void {
    const byteCount = value === 0n ? 0 : (bitLength(value < 0n ? -value - 1n : value) >> 3) + 1;
    this.count(byteCount);
    const end = this.reserve(byteCount) + byteCount;
    let rest = value;
    for (let i = 1; i <= byteCount; i++) {
      this.bytes[end - i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }

  /** The same bytes as `integer`, of an integer between −2^47 and 2^47 without making a bigint. */
  smallInteger(value: number): void {
    let byteCount = value === 0 ? 0 : 1;
    for (let limit = 0x80; value >= limit || value < -limit; limit *= 0x100) byteCount++;
    this.count(byteCount);
    const at = this.reserve(byteCount);
    if (byteCount > 0) this.bytes.writeIntBE(value, at, byteCount);
  }

  /** A UTF-8 text behind the count of its bytes. */
  text(value: string): void {
    const byteCount = Buffer.byteLength(value, 'utf8');
    this.count(byteCount);
    const at = this.reserve(byteCount);
    this.bytes.write(value, at, 'utf8');
  }

  /** Bytes behind their count. */
  sized(value: Uint8Array): void {
    this.count(value.length);
    const at = this.reserve(value.length);
    this.bytes.set(value, at);
  }

  /** What another one wrote, behind the count of its bytes. */
  sizedFrom({ bytes, at }: ByteWriter): void {
    this.count(at);
    this.range(bytes, 0, at);
  }

  /** Bytes alone: the reader knows how many. */
  raw(value: Uint8Array): void {
    const at = this.reserve(value.length);
    this.bytes.set(value, at);
  }

  /** Bytes alone, those of others from `start` to `end`, not included. */
  range(from: Uint8Array, start: number, end: number): void {
    const at = this.reserve(end - start);
    copyRange(from, { start, end }, this.bytes, at);
  }

  /** Writes a byte once more in the place of one that was written. */
  replace(at: number, value: number): void {
    this.bytes[at] = value;
  }

  private reserve(byteCount: number): number {
    const at = this.at;
    this.at += byteCount;
    if (this.at > this.bytes.length) this.bytes = Buffer.concat([this.bytes], 2 * this.at);
    return at;
  }
}

/** Most states are smaller. */
const FIRST_CAPACITY = 64;

/** Bytes that `count` takes at most: 53 bits by 7. */
export const COUNT_BYTES = 8;

/** `smallInteger` takes what 6 bytes hold: from −2^47, its size below 2^47 to be sure. */
export const SMALL_INTEGER_BYTES = 6;
export const SMALL_INTEGER = 2 ** 47;

/** Bytes that `integer` takes at most of an integer between −2^bits and 2^bits. */
export function integerBytes(bits: number): number {
  return 2 + (bits >> 3) + 1;
}
