import type { FittedFunctionName } from '../../definition/expression.js';
import { BUCKETIZE, QUANTILE_BUCKETIZE } from './buckets.js';
import { HASH_BUCKETIZE } from './hash-bucketize.js';
import { MULTI_HOT_ENCODER, ONE_HOT_ENCODER } from './hot-encoders.js';
import { IMPUTER } from './imputer.js';
import { LABEL_ENCODER } from './label-encoder.js';
import { NGRAMS } from './ngrams.js';
import { NORMALIZER } from './normalizer.js';
import type { Preprocessing } from './preprocessing.js';
import { MAX_ABS_SCALER, MIN_MAX_SCALER } from './range-scalers.js';
import { ROBUST_SCALER } from './robust-scaler.js';
import { STANDARD_SCALER } from './standard-scaler.js';
import { TOKENS } from './tokens.js';
import { BAG_OF_WORDS, TF_IDF } from './words.js';

/**
 * Every preprocessing function. FEATURE_CROSS and POLYNOMIAL_EXPAND are not among them: they stand for several expressions
 * (`check-expansion.ts`).
 */
export const PREPROCESSING: Readonly<Record<FittedFunctionName, Preprocessing>> = {
  STANDARD_SCALER,
  MIN_MAX_SCALER,
  MAX_ABS_SCALER,
  ROBUST_SCALER,
  IMPUTER,
  NORMALIZER,
  BUCKETIZE,
  QUANTILE_BUCKETIZE,
  HASH_BUCKETIZE,
  LABEL_ENCODER,
  ONE_HOT_ENCODER,
  MULTI_HOT_ENCODER,
  NGRAMS,
  BAG_OF_WORDS,
  TF_IDF,
  TOKENS,
};
