import { hash } from 'node:crypto';
import { type Column, valueAt } from '../../definition/column-batch.js';
import { SCALAR_TYPES, type ScalarType } from '../../definition/value-type.js';
import type { Aggregate } from './aggregate.js';
import type { AggregateFunction } from './aggregate-function.js';
import { aggregateOf } from './aggregate-of.js';
import { MAX_DISTINCT } from './aggregate-parameters.js';
import { COUNT_BYTES } from './byte-writer.js';
import { comparePlain, type ValueKey, type ValueKeys, valueKeys } from './value-keys.js';

export const COUNT_DISTINCT: AggregateFunction = {
  takes: SCALAR_TYPES,
  takesRows: false,
  parameters: [MAX_DISTINCT],
  resultType: () => 'INT64',
  make: (argument, { max }) => distinctOf(argument!.type as ScalarType, max!),
  about:
    'How many different values there are, `max` at most: LEAST(max, exact); 0.0 and -0.0 are one. 0 of nothing.',
};

/**
 * Different values, the `max` smallest of them at least: those are what is written, so that the same rows give the same bytes. Of
 * more than `max` no more is known than that there are.
 */
type DistinctState = {
  keys: Set<ValueKey>;
  /** Once keys were left out: the greatest that was kept. Greater ones need not be looked at. */
  greatest: ValueKey | null;
};

function distinctOf(type: ScalarType, max: number): Aggregate {
  const { at, compare, write, read, maxBytes } = distinctKeys(type);
  const trim = (state: DistinctState): void => {
    const smallest = [...state.keys].sort(compare).slice(0, max);
    state.keys = new Set(smallest);
    state.greatest = smallest.at(-1)!;
  };
  const take = (state: DistinctState, key: ValueKey): void => {
    if (state.greatest !== null && compare(key, state.greatest) > 0) return;
    state.keys.add(key);
    if (state.keys.size >= 2 * max + SPARE) trim(state);
  };
  return aggregateOf<DistinctState>({
    type: 'INT64',
    family: `distinct ${type} up to ${max}`,
    create: () => ({ keys: new Set(), greatest: null }),
    add: (state, { argument }, row) => {
      const key = at(argument!, row);
      if (key !== null) take(state, key);
    },
    merge: (state, other) => {
      for (const key of other.keys) take(state, key);
    },
    finish: ({ keys }) => BigInt(Math.min(keys.size, max)),
    write: ({ keys }, to) => {
      const sorted = [...keys].sort(compare).slice(0, max);
      to.count(sorted.length);
      for (const key of sorted) write(to, key);
    },
    read: (from) => ({
      keys: new Set(Array.from({ length: from.count() }, () => read(from))),
      greatest: null,
    }),
    maxBytes: COUNT_BYTES + max * maxBytes,
  });
}

/** Small limits are not trimmed at every other value. */
const SPARE = 16;

/** STRING and BYTES of 32 bytes and more stand as their SHA-256, so that every key is bounded and none is left out. */
function distinctKeys(type: ScalarType): Omit<ValueKeys, 'value'> {
  if (type !== 'STRING' && type !== 'BYTES') return valueKeys(type);
  return {
    at: (column: Column, row: number) => {
      const value = valueAt(column, row) as string | Uint8Array | null;
      if (value === null) return null;
      return keyOfBytes(typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value));
    },
    compare: comparePlain,
    write: (to, key) => to.sized(Buffer.from(key as string, 'latin1')),
    read: (from) => Buffer.from(from.sized()).toString('latin1'),
    maxBytes: 1 + SHA256_BYTES,
  };
}

/** One character a byte. */
function keyOfBytes(bytes: Buffer): string {
  if (bytes.length < SHA256_BYTES) return bytes.toString('latin1');
  return hash('sha256', bytes, 'buffer').toString('latin1');
}

const SHA256_BYTES = 32;
