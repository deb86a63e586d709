import { ln } from '../runtime/logarithm.js';
import { categorySlots, isValid } from './encoder.js';
import { FREQUENCY_THRESHOLD, TOP_K } from './options.js';
import type { Preprocessing } from './preprocessing.js';
import type { BagOfWordsState, TfIdfState } from './state.js';
import { placesIn, VocabularyAccumulator, vocabularyState } from './vocabulary.js';

/** Source: BigQuery ML, ML.BAG_OF_WORDS. */
export const BAG_OF_WORDS: Preprocessing<BagOfWordsState> = {
  analytic: true,
  input: 'texts',
  options: [TOP_K, FREQUENCY_THRESHOLD],
  result: () => 'vector',
  learn: (parameters) =>
    new VocabularyAccumulator(parameters, (learnt) => ({
      function: 'BAG_OF_WORDS',
      ...vocabularyState(learnt),
    })),
  encode: ({ vocabulary }) => {
    const places = placesIn(vocabulary, 1);
    return {
      slots: categorySlots(vocabulary, 'number'),
      write: (argument, matrix, at, width) => {
        const documents = argument.values as readonly (readonly string[])[];
        for (let row = 0, to = at; row < documents.length; row++, to += width) {
          if (!isValid(argument, row)) matrix[to] = 1;
          else for (const term of documents[row]!) matrix[to + (places.get(term) ?? 0)]!++;
        }
      },
    };
  },
  about:
    'How often each term stands in the array. Terms are kept by how many rows have them, in code point order; the first number counts every other term, and is 1 for NULL. Only as the whole expression of an output.',
  example: {
    expression: 'BAG_OF_WORDS(t, 10, 2) OVER ()',
    columns: {
      t: [
        ['I', 'like', 'pie', 'pie', 'pie'],
        ['yum', 'yum', 'pie'],
        ['I', 'yum', 'pie'],
      ],
    },
    slots: ['NULL', '"I"', '"pie"', '"yum"'],
    rows: [
      [1, 1, 3, 0],
      [0, 0, 1, 2],
      [0, 1, 1, 1],
    ],
  },
};

/** Source: BigQuery ML, ML.TF_IDF; TFX Transform, tfidf. */
export const TF_IDF: Preprocessing<TfIdfState> = {
  analytic: true,
  input: 'texts',
  options: [
    TOP_K,
    FREQUENCY_THRESHOLD,
    {
      name: 'idf',
      parameter: 'idf',
      positional: false,
      takes: { kind: 'choice', values: ['bigquery', 'smooth'] },
      default: 'bigquery',
      about: 'ln(1 + N / (1 + df)); `smooth`: 1 + ln((N + 1) / (df + 1)), as in TFX Transform',
    },
  ],
  result: () => 'vector',
  learn: (parameters) =>
    new VocabularyAccumulator(parameters, ({ vocabulary, counts, rows }) => ({
      function: 'TF_IDF',
      vocabulary,
      counts,
      documents: rows,
      ...(parameters['idf'] === 'smooth' && { idf: 'smooth' }),
    })),
  encode: (state) => {
    const places = placesIn(state.vocabulary, 0);
    const weights = Float64Array.from(state.counts, (df) => inverseDocumentFrequency(state, df));
    return {
      slots: categorySlots(state.vocabulary, 'number').slice(1),
      write: (argument, matrix, at, width) => {
        const documents = argument.values as readonly (readonly string[])[];
        for (let row = 0, to = at; row < documents.length; row++, to += width) {
          if (!isValid(argument, row)) continue;
          const counts = countsOf(documents[row]!, places);
          const length = documents[row]!.length;
          for (const [place, count] of counts) matrix[to + place] = (count / length) * weights[place]!;
        }
      },
    };
  },
  about:
    'For each term its share of the array times ln(1 + N / (1 + df)), where N rows are not NULL and df of them have the term. Terms are kept as by BAG_OF_WORDS; others count for the length alone. NULL gives zeros. Only as the whole expression of an output.',
  example: {
    expression: 'TF_IDF(t, 10, 2) OVER ()',
    columns: {
      t: [
        ['I', 'like', 'pie', 'pie', 'pie'],
        ['yum', 'yum', 'pie'],
        ['I', 'yum', 'pie'],
      ],
    },
    slots: ['"I"', '"pie"', '"yum"'],
    rows: [
      [0.13862943611198905, 0.33576947276124086, 0],
      [0, 0.18653859597846717, 0.46209812037329684],
      [0.23104906018664842, 0.18653859597846717, 0.23104906018664842],
    ],
  },
};

function inverseDocumentFrequency({ documents, idf }: TfIdfState, df: number): number {
  return idf === 'smooth' ? 1 + ln((documents + 1) / (df + 1)) : ln(1 + documents / (1 + df));
}

function countsOf(
  terms: readonly string[],
  places: ReadonlyMap<string, number>,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const term of terms) {
    const place = places.get(term);
    if (place !== undefined) counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return counts;
}
