import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import { keyOf } from './row-rules.js';

/** What tells the keys of a batch apart: a single component's own value, else the encoded key. */
export function keyNames(set: SourceFeatureSet, rows: ColumnBatch): (row: number) => unknown {
  const only = set.keyColumns.length === 1 ? rows.columns.get(set.keyColumns[0]!)! : null;
  if (only === null || only.type === 'BYTES')
    return (row) => keyOf(set, rows, row)?.toString('latin1') ?? null;
  if (only.values instanceof BigInt64Array && only.valid === null) return numberNames(only.values);
  return (row) => valueAt(only, row);
}

/** Numbers where they are exact: a map of bigints takes several times as long. */
function numberNames(values: BigInt64Array): (row: number) => number | bigint {
  const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  return (row) => {
    const high = words[2 * row + 1]!;
    const isExact = high < EXACT_HIGH && high >= -EXACT_HIGH;
    return isExact ? high * 2 ** 32 + (words[2 * row]! >>> 0) : values[row]!;
  };
}

/** High words of the integers that a double holds exactly. */
const EXACT_HIGH = 2 ** 20;
