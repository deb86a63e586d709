import { readSortableInt64, writeSortableInt64 } from '../../definition/int64-bytes.js';

/** How far a stream of writes is in a bucket. */
export type Mark = {
  /** Of the owner that wrote last; of a build its generation. */
  readonly epoch: bigint;
  /** Rows up to this one are in the bucket. */
  readonly sequence: bigint;
  /** Writes so far: no two marks of a stream are the same bytes. */
  readonly count: bigint;
};

/** Where nothing was written yet, which is stored as nothing. */
export const NO_MARK: Mark = { epoch: -1n, sequence: -1n, count: 0n };

/** 8 bytes each, in an order that bytes compare by. */
export function encodeMark(mark: Mark): Buffer {
  if (mark.count === 0n) return NOTHING;
  const bytes = Buffer.allocUnsafe(24);
  writeSortableInt64(bytes, mark.epoch, 0);
  writeSortableInt64(bytes, mark.sequence, 8);
  writeSortableInt64(bytes, mark.count, 16);
  return bytes;
}

const NOTHING = Buffer.alloc(0);

export function decodeMark(bytes: Buffer | null): Mark {
  if (bytes === null || bytes.length === 0) return NO_MARK;
  return {
    epoch: readSortableInt64(bytes, 0),
    sequence: readSortableInt64(bytes, 8),
    count: readSortableInt64(bytes, 16),
  };
}
