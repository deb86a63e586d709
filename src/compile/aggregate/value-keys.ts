import type { Column } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import type { ScalarType } from '../../definition/value-type.js';
import { compareText } from '../runtime/text.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { keptValueAt } from './kept-value.js';
import { VALUE_CODECS } from './state-codec.js';

/** A value that a Map finds again: BYTES are a string of as many characters. */
export type ValueKey = boolean | bigint | number | string;

/** Values of one type as keys of a Map. */
export type ValueKeys = {
  /** The key of a row; null for NULL and for what is too long to be kept. */
  readonly at: (column: Column, row: number) => ValueKey | null;
  readonly value: (key: ValueKey) => Value;
  /** The order of the values. */
  readonly compare: (a: ValueKey, b: ValueKey) => number;
  readonly write: (to: ByteWriter, key: ValueKey) => void;
  readonly read: (from: ByteReader) => ValueKey;
  /** Upper bound of a written key, in bytes. */
  readonly maxBytes: number;
};

export function valueKeys(type: ScalarType): ValueKeys {
  const { write, read, maxBytes } = VALUE_CODECS[type];
  if (type === 'BYTES') {
    return {
      at: (column, row) => keyOfBytes(keptValueAt(column, row) as Uint8Array | null),
      value: bytesOfKey,
      compare: comparePlain,
      write: (to, key) => write(to, bytesOfKey(key)),
      read: (from) => keyOfBytes(read(from) as Uint8Array)!,
      maxBytes,
    };
  }
  return {
    at: (column, row) => keptValueAt(column, row) as ValueKey | null,
    value: (key) => key,
    compare: type === 'STRING' ? (a, b) => compareText(a as string, b as string) : comparePlain,
    write,
    read: (from) => read(from) as ValueKey,
    maxBytes,
  };
}

/** Of keys of one type; strings by UTF-16 code units. */
export function comparePlain(a: ValueKey, b: ValueKey): number {
  return a < b ? -1 : Number(a > b);
}

function keyOfBytes(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('latin1');
}

function bytesOfKey(key: ValueKey): Uint8Array {
  return new Uint8Array(Buffer.from(key as string, 'latin1'));
}
