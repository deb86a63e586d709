import type { Column } from '../../definition/column-batch.js';
import type { FittedParameters } from '../../definition/expression.js';
import { type Accumulator, known } from './accumulator.js';
import { numbersOf } from './column-numbers.js';
import { type Encoder, indexEncoder, indicatorEncoder, isValid } from './encoder.js';
import { fraction } from './fraction.js';
import { BUCKET_FORMAT, QUANTILES } from './options.js';
import { OrderedValues, type QuantileMethod } from './ordered-values.js';
import type { Preprocessing } from './preprocessing.js';
import type { BucketFormat, BucketState } from './state.js';

const ENCODING =
  'A whole output has an indicator for NULL and one for each bucket; with `bucket_index` it is one index, whose last value is NULL.';

/** Source: BigQuery ML, ML.BUCKETIZE. */
export const BUCKETIZE: Preprocessing<BucketState> = {
  analytic: false,
  input: 'number',
  options: [
    {
      name: 'array_split_points',
      parameter: 'splits',
      positional: true,
      takes: { kind: 'ascending' },
      about: 'where the buckets meet: n points make n + 1 buckets',
    },
    {
      name: 'exclude_boundaries',
      parameter: 'excludeBoundaries',
      positional: true,
      takes: { kind: 'flag' },
      default: false,
      about: 'leaves out the first and the last split point: n points make n − 1 buckets',
    },
    BUCKET_FORMAT,
  ],
  result: bucketType,
  learn: (parameters) =>
    known({ function: 'BUCKETIZE', boundaries: splitsOf(parameters), format: formatOf(parameters) }),
  apply: bucketized,
  encode: encoder,
  about: `The bucket of x: bucket i holds split i − 1 ≤ x < split i. NULL stays NULL. ${ENCODING}`,
  example: {
    expression: 'BUCKETIZE(x, [1, 2, 3])',
    columns: { x: [2.5, 1, null] },
    slots: ['NULL', '"bin_1"', '"bin_2"', '"bin_3"', '"bin_4"'],
    rows: [
      [0, 0, 0, 1, 0],
      [0, 0, 1, 0, 0],
      [1, 0, 0, 0, 0],
    ],
  },
};

/** Source: BigQuery ML, ML.QUANTILE_BUCKETIZE. */
export const QUANTILE_BUCKETIZE: Preprocessing<BucketState> = {
  analytic: true,
  input: 'number',
  options: [
    {
      name: 'num_buckets',
      parameter: 'buckets',
      positional: true,
      takes: { kind: 'whole', min: 1, max: 10_000 },
      about: 'how many buckets of about as many training rows',
    },
    BUCKET_FORMAT,
    QUANTILES,
  ],
  result: bucketType,
  learn: (parameters) => new QuantileAccumulator(parameters),
  apply: bucketized,
  encode: encoder,
  about: `The bucket of x between the quantiles 1/n, 2/n, … of the training rows; quantiles that are equal are one, so there may be fewer buckets. NULL stays NULL. ${ENCODING} Fitting holds every value but small whole numbers, 8 bytes each.`,
  example: {
    expression: 'QUANTILE_BUCKETIZE(x, 3) OVER ()',
    columns: { x: [1, 2, 3, 4, 5] },
    slots: ['NULL', '"bin_1"', '"bin_2"', '"bin_3"'],
    rows: [
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
      [0, 0, 0, 1],
    ],
  },
};

function bucketType(_: string, { format }: FittedParameters): 'STRING' | 'INT64' {
  return format === 'bucket_index' ? 'INT64' : 'STRING';
}

function splitsOf({ splits, excludeBoundaries }: FittedParameters): readonly number[] {
  const all = splits as readonly number[];
  return excludeBoundaries === true ? all.slice(1, -1) : all;
}

function formatOf({ format }: FittedParameters): BucketFormat {
  return format as BucketFormat;
}

class QuantileAccumulator implements Accumulator<BucketState> {
  private readonly values = new OrderedValues();

  constructor(private readonly parameters: FittedParameters) {}

  add(argument: Column): void {
    this.values.addColumn(argument);
  }

  merge(other: QuantileAccumulator): void {
    this.values.merge(other.values);
  }

  addValue(value: number, times: number): void {
    this.values.addValue(value, times);
  }

  state(): BucketState {
    const { buckets, quantiles = 'order_statistic' } = this.parameters;
    const count = this.values.size();
    const places = count === 0 ? [] : Array.from({ length: Number(buckets) - 1 }, (_, i) => i + 1);
    const all = places.map(
      (i) => this.values.quantile(fraction(i, Number(buckets)), quantiles as QuantileMethod)!,
    );
    const boundaries = [...new Set(all)];
    return { function: 'QUANTILE_BUCKETIZE', count, boundaries, format: formatOf(this.parameters) };
  }
}

function bucketized(state: BucketState): (argument: Column) => Column {
  const names = bucketNames(state);
  return (argument) => {
    const buckets = bucketsOf(state.boundaries, argument);
    const { valid } = argument;
    if (state.format === 'bucket_index') {
      const values = new BigInt64Array(buckets.length);
      for (let row = 0; row < values.length; row++) values[row] = BigInt(Math.max(buckets[row]!, 0));
      return { type: 'INT64', values, valid };
    }
    return { type: 'STRING', values: Array.from(buckets, (bucket) => names[bucket] ?? ''), valid };
  };
}

function encoder(state: BucketState): Encoder {
  const names = bucketNames(state);
  if (state.format !== 'bucket_index') {
    return indicatorEncoder(names, (argument) => {
      const places = bucketsOf(state.boundaries, argument);
      for (let row = 0; row < places.length; row++) places[row]!++;
      return places;
    });
  }
  return indexEncoder(names.length + 1, (argument) => {
    const places = bucketsOf(state.boundaries, argument);
    for (let row = 0; row < places.length; row++) if (places[row] === -1) places[row] = names.length;
    return places;
  });
}

/** The number of boundaries that are not above each value; −1 for NULL. */
function bucketsOf(boundaries: readonly number[], argument: Column): Int32Array {
  const numbers = numbersOf(argument);
  const sorted = Float64Array.from(boundaries);
  const buckets = new Int32Array(numbers.length);
  for (let row = 0; row < buckets.length; row++) {
    buckets[row] = isValid(argument, row) ? bucketOf(sorted, numbers[row]!) : -1;
  }
  return buckets;
}

function bucketOf(boundaries: Float64Array, x: number): number {
  let [low, high] = [0, boundaries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (boundaries[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The names of all buckets. Source: BigQuery ML, ML.BUCKETIZE, output_format. */
function bucketNames({ boundaries, format }: BucketState): readonly string[] {
  const ends = [...boundaries, undefined];
  return ends.map((high, index) => BUCKET_NAMES[format](index, boundaries[index - 1], high));
}

const BUCKET_NAMES: Record<
  BucketFormat,
  (index: number, low: number | undefined, high: number | undefined) => string
> = {
  bucket_names: (index) => `bin_${index + 1}`,
  bucket_index: String,
  bucket_ranges: (_, low, high) => `${low === undefined ? '(-inf' : `[${low}`}, ${high ?? '+inf'})`,
  bucket_ranges_json: (_, low, high) => `{"start": "${low ?? '-Infinity'}", "end": "${high ?? 'Infinity'}"}`,
};
