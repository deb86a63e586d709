import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import type { Value } from '../definition/value.js';

/** Whether an entity is sampled, by its keys alone: of one entity every answer is, or none, in every process. */
export type KeySampler = (asked: ColumnBatch, row: number) => boolean;

/** Samples a share of all keys, 0 to 1. `columns` are names of key columns. */
export function keySampler(columns: readonly string[], share: number): KeySampler {
  if (share >= 1) return () => true;
  if (share <= 0) return () => false;
  const limit = share * 2 ** 32;
  return (asked, row) => {
    let hash = FNV_BASIS;
    for (const name of columns) hash = hashed(hash, valueAt(asked.columns.get(name)!, row));
    return finished(hash) < limit;
  };
}

/** FNV-1a, 32 bits, over the units of values. Source: draft-eastlake-fnv. */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function hashed(before: number, value: Value): number {
  let hash = step(before, 0xff);
  if (value === null) return hash;
  if (typeof value === 'bigint') {
    return step(step(hash, Number(BigInt.asUintN(32, value))), Number(BigInt.asUintN(32, value >> 32n)));
  }
  if (typeof value === 'string') {
    for (let i = 0; i < value.length; i++) hash = step(hash, value.charCodeAt(i));
    return hash;
  }
  if (value instanceof Uint8Array) {
    for (const byte of value) hash = step(hash, byte);
    return hash;
  }
  return step(hash, Number(value));
}

function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, FNV_PRIME);
}

/** Spreads the bits of short keys over all of them: the last steps of MurmurHash3, 32 bits. */
function finished(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
