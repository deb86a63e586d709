import type { Column } from '../../definition/column-batch.js';
import type { ValueType } from '../../definition/value-type.js';
import type { Aggregate } from './aggregate.js';
import type { AggregateFunction } from './aggregate-function.js';
import { aggregateOf } from './aggregate-of.js';
import { MAX_BUCKETS, QUANTILE } from './aggregate-parameters.js';
import type { ByteReader } from './byte-reader.js';
import { type ByteWriter, COUNT_BYTES } from './byte-writer.js';
import { isNull } from './is-null.js';

export const APPROX_QUANTILE: AggregateFunction = {
  takes: ['INT64', 'FLOAT64'],
  takesRows: false,
  parameters: [QUANTILE, MAX_BUCKETS],
  resultType: () => 'FLOAT64',
  make: (argument, { q, max }) => quantileOf(argument!.type, q!, max!),
  about:
    'About the ⌈q n⌉-th smallest of n values, the smallest for q = 0; an INT64 counts as the nearest double. Values are counted in ' +
    'buckets that share their sign, exponent and first 20 bits of mantissa; while there are more than `max` buckets a bit less, ' +
    'then less of the exponent. It gives the end of its bucket that is nearest to 0: with b bits left it is less than 2^-b of the ' +
    'value nearer to 0, and integers up to 2^(b + 1) are exact. NULL of nothing.',
};

/**
 * How many values each bucket has. A bucket is the upper 32 bits of a double without its sign, −1 − that below 0, without its
 * last `shift` bits: in the order of the values, and two neighbours become one with each bit more. `shift` is the least with
 * which there are at most `max` buckets, so that it depends on the values alone.
 */
type BucketState = { buckets: Map<number, number>; shift: number };

function quantileOf(type: ValueType, q: number, max: number): Aggregate {
  const numberAt = type === 'INT64' ? integerAt : doubleAt;
  return aggregateOf<BucketState>({
    type: 'FLOAT64',
    family: `buckets up to ${max}`,
    create: () => ({ buckets: new Map(), shift: 0 }),
    add: (state, { argument }, row) => {
      if (isNull(argument!, row)) return;
      count(state, bucketOf(numberAt(argument!, row)) >> state.shift, 1);
      while (state.buckets.size > max) coarsen(state, state.shift + 1);
    },
    merge: (state, other) => {
      if (other.shift > state.shift) coarsen(state, other.shift);
      for (const [bucket, times] of other.buckets) count(state, bucket >> (state.shift - other.shift), times);
      while (state.buckets.size > max) coarsen(state, state.shift + 1);
    },
    finish: (state) => {
      const sorted = sortedBuckets(state);
      const total = sorted.reduce((sum, [, times]) => sum + times, 0);
      let left = Math.max(Math.ceil(q * total), 1);
      for (const [bucket, times] of sorted) {
        left -= times;
        if (left <= 0) return endOf(bucket, state.shift);
      }
      return null;
    },
    write,
    read,
    maxBytes: 1 + COUNT_BYTES + max * (COUNT_BYTES + COUNT_BYTES),
  });
}

function doubleAt(column: Column, row: number): number {
  return (column.values as Float64Array)[row]!;
}

function integerAt(column: Column, row: number): number {
  return Number((column.values as BigInt64Array)[row]!);
}

const scratch = new DataView(new ArrayBuffer(8));

function bucketOf(x: number): number {
  scratch.setFloat64(0, Math.abs(x));
  const size = scratch.getInt32(0);
  return x < 0 ? -1 - size : size;
}

/** The double of a bucket that is nearest to 0. */
function endOf(bucket: number, shift: number): number {
  const size = bucket < 0 ? -1 - bucket : bucket;
  scratch.setFloat64(0, 0);
  scratch.setInt32(0, size << shift);
  const end = scratch.getFloat64(0);
  return bucket < 0 ? 0 - end : end;
}

function count({ buckets }: BucketState, bucket: number, times: number): void {
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + times);
}

function coarsen(state: BucketState, shift: number): void {
  const finer = state.buckets;
  const by = shift - state.shift;
  state.buckets = new Map();
  state.shift = shift;
  for (const [bucket, times] of finer) count(state, bucket >> by, times);
}

function sortedBuckets({ buckets }: BucketState): readonly (readonly [bucket: number, times: number])[] {
  return [...buckets].sort((a, b) => a[0] - b[0]);
}

/** Buckets in order, each as its distance from the one before it, the first from the least there can be. */
function write(state: BucketState, to: ByteWriter): void {
  to.byte(state.shift);
  to.count(state.buckets.size);
  let before = LEAST_BUCKET;
  for (const [bucket, times] of sortedBuckets(state)) {
    to.count(bucket - before);
    to.count(times);
    before = bucket;
  }
}

function read(from: ByteReader): BucketState {
  const shift = from.byte();
  const buckets = new Map<number, number>();
  let before = LEAST_BUCKET;
  for (let left = from.count(); left > 0; left--) {
    before += from.count();
    buckets.set(before, from.count());
  }
  return { buckets, shift };
}

const LEAST_BUCKET = -(2 ** 31);
