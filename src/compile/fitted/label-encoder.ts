import type { Column } from '../../definition/column-batch.js';
import { indexEncoder, isValid } from './encoder.js';
import { bucketsOfTexts } from './hash-bucketize.js';
import { FREQUENCY_THRESHOLD, ORDER, TOP_K } from './options.js';
import type { Preprocessing } from './preprocessing.js';
import type { LabelEncoderState } from './state.js';
import { placesIn, VocabularyAccumulator, vocabularyState } from './vocabulary.js';

/** Source: BigQuery ML, ML.LABEL_ENCODER; TFX Transform, compute_and_apply_vocabulary. */
export const LABEL_ENCODER: Preprocessing<LabelEncoderState> = {
  analytic: true,
  input: 'text',
  options: [
    TOP_K,
    FREQUENCY_THRESHOLD,
    ORDER,
    {
      name: 'oov',
      parameter: 'oov',
      positional: false,
      takes: { kind: 'whole', min: -1, max: 0 },
      default: 0,
      about:
        'the number of NULL and of other categories; with −1 the vocabulary counts from 0, as in TFX Transform',
    },
    {
      name: 'oov_buckets',
      parameter: 'oovBuckets',
      positional: false,
      takes: { kind: 'whole', min: 0, max: 1_000_000 },
      default: 0,
      about:
        'other categories are hashed into so many numbers behind the vocabulary, as HASH_BUCKETIZE does; NULL stays `oov`',
    },
  ],
  result: () => 'INT64',
  learn: (parameters) =>
    new VocabularyAccumulator(parameters, (learnt) => ({
      function: 'LABEL_ENCODER',
      ...vocabularyState(learnt),
      oov: parameters['oov'] === -1 ? -1 : 0,
      ...(Number(parameters['oovBuckets'] ?? 0) > 0 && { oovBuckets: Number(parameters['oovBuckets']) }),
    })),
  apply: (state) => {
    const labelsOf = labels(state);
    return (argument) => {
      const found = labelsOf(argument);
      const values = new BigInt64Array(found.length);
      for (let row = 0; row < values.length; row++) values[row] = BigInt(found[row]!);
      return { type: 'INT64', values, valid: null };
    };
  },
  encode: (state) => {
    const { vocabulary, oov, oovBuckets = 0 } = state;
    const encoder = indexEncoder(vocabulary.length + oovBuckets + 1, labels(state));
    // −1 is no index: such an output is a plain number.
    return oov === 0 ? encoder : { ...encoder, slots: [{ suffix: null, kind: 'number' }] };
  },
  about:
    'The number of a category: those that are kept in code point order from 1 on; 0 for NULL and every other. A whole output is one index, for an embedding.',
  example: {
    expression: 'LABEL_ENCODER(s, 2, 2) OVER ()',
    columns: { s: [null, 'a', 'b', 'b', 'c', 'c', 'c', 'd', 'd'] },
    slots: ['s'],
    rows: [[0], [0], [1], [1], [2], [2], [2], [0], [0]],
  },
};

function labels({ vocabulary, oov, oovBuckets = 0 }: LabelEncoderState): (argument: Column) => Float64Array {
  const first = oov + 1;
  const places = placesIn(vocabulary, first);
  const behind = vocabulary.length + first;
  const bucketOf = oovBuckets === 0 ? () => oov - behind : bucketsOfTexts(oovBuckets);
  return (argument) => {
    const texts = argument.values as readonly string[];
    const found = new Float64Array(texts.length);
    for (let row = 0; row < found.length; row++) {
      const text = texts[row]!;
      found[row] = isValid(argument, row) ? (places.get(text) ?? behind + bucketOf(text)) : oov;
    }
    return found;
  };
}
