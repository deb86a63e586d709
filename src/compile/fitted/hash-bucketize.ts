import type { Column } from '../../definition/column-batch.js';
import { farmFingerprintOfText } from '../runtime/farm-fingerprint.js';
import { known } from './accumulator.js';
import { indexEncoder, isValid } from './encoder.js';
import type { Preprocessing } from './preprocessing.js';
import type { HashBucketizeState } from './state.js';

/**
 * Source of the name: BigQuery ML, ML.HASH_BUCKETIZE, which does not publish its hash. Ours is FARM_FINGERPRINT, as
 * TFX Transform's hash_strings.
 */
export const HASH_BUCKETIZE: Preprocessing<HashBucketizeState> = {
  analytic: false,
  input: 'text',
  options: [
    {
      name: 'hash_bucket_size',
      parameter: 'buckets',
      positional: true,
      takes: { kind: 'whole', min: 0, max: 2 ** 31 - 1 },
      about: 'how many buckets; 0 gives the hash itself',
    },
  ],
  result: () => 'INT64',
  learn: ({ buckets }) => known({ function: 'HASH_BUCKETIZE', buckets: Number(buckets) }),
  apply: hashBucketized,
  encode: ({ buckets }) => {
    const bucketOf = bucketsOfTexts(buckets);
    return indexEncoder(buckets + 1, (argument) => {
      const values = argument.values as readonly string[];
      return Float64Array.from(values, (text, row) => (isValid(argument, row) ? bucketOf(text) : buckets));
    });
  },
  about:
    'FARM_FINGERPRINT of the text, read as an unsigned number, modulo the number of buckets; 0 buckets: FARM_FINGERPRINT itself. BigQuery does not publish its hash, so buckets differ from those of BigQuery. NULL stays NULL. A whole output is one index from 0; NULL has the one behind the last bucket.',
  example: {
    expression: 'HASH_BUCKETIZE(s, 3)',
    columns: { s: ['Hello', 'TensorFlow', '2.x', null] },
    slots: ['s'],
    rows: [[0], [2], [2], [3]],
  },
};

function hashBucketized({ buckets }: HashBucketizeState): (argument: Column) => Column {
  const bucketOf = buckets === 0 ? farmFingerprintOfText : bigintOf(bucketsOfTexts(buckets));
  return (argument) => {
    const texts = argument.values as readonly string[];
    const values = new BigInt64Array(texts.length);
    for (let row = 0; row < values.length; row++) {
      if (isValid(argument, row)) values[row] = bucketOf(texts[row]!);
    }
    return { type: 'INT64', values, valid: argument.valid };
  };
}

function bigintOf(bucketOf: (text: string) => number): (text: string) => bigint {
  return (text) => BigInt(bucketOf(text));
}

/** The bucket of a text; those of the first texts are remembered, because categories come again and again. */
export function bucketsOfTexts(buckets: number): (text: string) => number {
  const remembered = new Map<string, number>();
  const divisor = BigInt(buckets);
  return (text) => {
    const bucket = remembered.get(text);
    if (bucket !== undefined) return bucket;
    const computed = Number(BigInt.asUintN(64, farmFingerprintOfText(text)) % divisor);
    if (remembered.size < MAX_REMEMBERED && text.length <= MAX_REMEMBERED_LENGTH) {
      remembered.set(text, computed);
    }
    return computed;
  };
}

/** At most some 20 MB. */
const MAX_REMEMBERED = 65_536;
const MAX_REMEMBERED_LENGTH = 64;
