import type { Option } from './preprocessing.js';

/** Options that several functions share. */
export const TOP_K: Option = {
  name: 'top_k',
  parameter: 'topK',
  positional: true,
  takes: { kind: 'whole', min: 0, max: 1_000_000 },
  default: 32_000,
  about: 'the most categories that are kept, the most frequent ones',
};

export const FREQUENCY_THRESHOLD: Option = {
  name: 'frequency_threshold',
  parameter: 'frequencyThreshold',
  positional: true,
  takes: { kind: 'whole', min: 0, max: Number.MAX_SAFE_INTEGER },
  default: 5,
  about: 'how many rows must have a category for it to be kept',
};

export const ORDER: Option = {
  name: 'vocabulary_order',
  parameter: 'order',
  positional: false,
  takes: { kind: 'choice', values: ['alphabetical', 'frequency'] },
  default: 'alphabetical',
  about:
    '`frequency`: the most frequent first, of equally frequent ones the one later in code point order, as in TFX Transform',
};

export const QUANTILES: Option = {
  name: 'quantiles',
  parameter: 'quantiles',
  positional: false,
  takes: { kind: 'choice', values: ['order_statistic', 'upper', 'interpolated'] },
  default: 'order_statistic',
  about:
    'of n sorted values the ⌈q n⌉-th; `upper` the (⌊q n⌋ + 1)-th, as in TFX Transform; `interpolated` between neighbours, as in NumPy (type 7)',
};

export const BUCKET_FORMAT: Option = {
  name: 'output_format',
  parameter: 'format',
  positional: true,
  takes: { kind: 'choice', values: ['bucket_names', 'bucket_ranges', 'bucket_ranges_json', 'bucket_index'] },
  default: 'bucket_names',
  about:
    'how a bucket is named; `bucket_index` (our own) gives its number from 0 as an INT64, as in TFX Transform',
};
