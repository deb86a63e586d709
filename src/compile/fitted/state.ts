/**
 * What a preprocessing function learnt, or was given where it learns nothing: one shape a function, plain JSON that people
 * read and that is hashed. Members of dialects other than BigQuery ML's are left out where BigQuery ML's holds.
 */
export type FittedState =
  | StandardScalerState
  | MinMaxScalerState
  | MaxAbsScalerState
  | RobustScalerState
  | ImputerState
  | BucketState
  | HashBucketizeState
  | NormalizerState
  | LabelEncoderState
  | NgramsState
  | TokensState
  | OneHotState
  | MultiHotState
  | BagOfWordsState
  | TfIdfState;

type Counted = {
  /** Values that were not NULL. */
  readonly count: number;
};

/** What a row gives whose key is NULL, or had no value in training. */
export type Unseen = 'null' | 'global' | 'unchanged';

/** With `OVER (PARTITION BY key)` the statistics of each key beside those of all rows. */
type ByKey<Statistics> = {
  readonly unseen?: Unseen;
  /** Keys with a value, in code point order. */
  readonly keys?: readonly (Statistics & { readonly key: string })[];
};

/** The states of functions that may be partitioned. */
export type KeyedState = StandardScalerState | MinMaxScalerState | MaxAbsScalerState;

type StandardStatistics = Counted & {
  readonly mean: number | null;
  /** Sample standard deviation (n − 1), or of the population (n); null where it is undefined. */
  readonly standardDeviation: number | null;
};

export type StandardScalerState = StandardStatistics &
  ByKey<StandardStatistics> & {
    readonly function: 'STANDARD_SCALER';
    readonly deviation?: 'population';
    /** What a column of one value gives; default 0. */
    readonly constant?: 'difference';
  };

type MinMaxStatistics = Counted & { readonly min: number | null; readonly max: number | null };

export type MinMaxScalerState = MinMaxStatistics &
  ByKey<MinMaxStatistics> & {
    readonly function: 'MIN_MAX_SCALER';
    /** Whether what lies beyond min and max becomes 0 and 1. */
    readonly clamp: boolean;
    /** What a column of one value gives; default 0. */
    readonly constant?: 'sigmoid';
  };

type MaxAbsStatistics = Counted & { readonly maxAbs: number | null };

export type MaxAbsScalerState = MaxAbsStatistics &
  ByKey<MaxAbsStatistics> & { readonly function: 'MAX_ABS_SCALER' };

export type RobustScalerState = Counted & {
  readonly function: 'ROBUST_SCALER';
  readonly median: number | null;
  /** The two quantiles whose difference is the scale. */
  readonly lower: number | null;
  readonly upper: number | null;
  readonly withMedian: boolean;
  readonly withQuantileRange: boolean;
};

export type ImputerStrategy = 'mean' | 'median' | 'most_frequent';

export type ImputerState = Counted & {
  readonly function: 'IMPUTER';
  readonly strategy: ImputerStrategy;
  /** What replaces NULL; null if there was no value to learn from. */
  readonly value: number | string | null;
};

export type BucketFormat = 'bucket_names' | 'bucket_ranges' | 'bucket_ranges_json' | 'bucket_index';

export type BucketState = {
  readonly function: 'BUCKETIZE' | 'QUANTILE_BUCKETIZE';
  /** Values that were not NULL; of QUANTILE_BUCKETIZE. */
  readonly count?: number;
  /** Ascending and different: bucket i holds boundaries[i − 1] ≤ x < boundaries[i]. */
  readonly boundaries: readonly number[];
  readonly format: BucketFormat;
};

export type HashBucketizeState = {
  readonly function: 'HASH_BUCKETIZE';
  /** 0: the hash itself. */
  readonly buckets: number;
};

export type NormalizerState = {
  readonly function: 'NORMALIZER';
  readonly p: number | 'inf';
};

export type NgramsState = {
  readonly function: 'NGRAMS';
  readonly from: number;
  readonly to: number;
  readonly separator: string;
};

export type TokensState = { readonly function: 'TOKENS' };

type Vocabulary = {
  /** Categories in the order of their numbers. */
  readonly vocabulary: readonly string[];
  /** How many training rows had each of them; left out of long vocabularies. */
  readonly counts?: readonly number[];
};

export type LabelEncoderState = Vocabulary & {
  readonly function: 'LABEL_ENCODER';
  /** The number of NULL and of other categories; with −1 the vocabulary counts from 0, else from 1. */
  readonly oov: 0 | -1;
  /** Other categories are hashed into so many numbers behind the vocabulary. */
  readonly oovBuckets?: number;
};

export type OneHotState = Vocabulary & {
  readonly function: 'ONE_HOT_ENCODER';
  /** The category whose rows are all zeros, under `drop` = most_frequent. */
  readonly dropped: string | null;
};

export type MultiHotState = Vocabulary & { readonly function: 'MULTI_HOT_ENCODER' };

export type BagOfWordsState = Vocabulary & { readonly function: 'BAG_OF_WORDS' };

export type TfIdfState = {
  readonly function: 'TF_IDF';
  readonly vocabulary: readonly string[];
  /** How many training rows had each term. */
  readonly counts: readonly number[];
  /** Training rows that were not NULL. */
  readonly documents: number;
  /** ln((N + 1) / (df + 1)) + 1 instead of ln(1 + N / (1 + df)). */
  readonly idf?: 'smooth';
};
