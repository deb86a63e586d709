import type { Column } from '../../definition/column-batch.js';
import { categorySlots, indicatorEncoder, isValid } from './encoder.js';
import { FREQUENCY_THRESHOLD, ORDER, TOP_K } from './options.js';
import type { Option, Preprocessing } from './preprocessing.js';
import type { MultiHotState, OneHotState } from './state.js';
import { placesIn, VocabularyAccumulator, vocabularyState } from './vocabulary.js';

const DROP: Option = {
  name: 'drop',
  parameter: 'drop',
  positional: true,
  takes: { kind: 'choice', values: ['none', 'most_frequent'] },
  default: 'none',
  about: '`most_frequent`: dummy coding, the rows of the most frequent category are zeros',
};

/** Source: BigQuery ML, ML.ONE_HOT_ENCODER. */
export const ONE_HOT_ENCODER: Preprocessing<OneHotState> = {
  analytic: true,
  input: 'text',
  options: [DROP, TOP_K, FREQUENCY_THRESHOLD, ORDER],
  result: () => 'vector',
  learn: (parameters) =>
    new VocabularyAccumulator(parameters, (learnt) => ({
      function: 'ONE_HOT_ENCODER',
      ...vocabularyState(learnt),
      dropped: parameters['drop'] === 'most_frequent' ? learnt.mostFrequent : null,
    })),
  encode: ({ vocabulary, dropped }) => {
    const places = placesIn(vocabulary, 1);
    if (dropped !== null) places.set(dropped, -1);
    return indicatorEncoder(vocabulary, (argument) => placesOf(places, argument));
  },
  about:
    'An indicator for each category that is kept, in code point order, behind one for NULL and every other category. Only as the whole expression of an output.',
  example: {
    expression: "ONE_HOT_ENCODER(s, 'none', 10, 2) OVER ()",
    columns: { s: ['b', 'b', 'a', 'a', 'c', null] },
    slots: ['NULL', '"a"', '"b"'],
    rows: [
      [0, 0, 1],
      [0, 0, 1],
      [0, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
      [1, 0, 0],
    ],
  },
};

/** Source: BigQuery ML, ML.MULTI_HOT_ENCODER. */
export const MULTI_HOT_ENCODER: Preprocessing<MultiHotState> = {
  analytic: true,
  input: 'texts',
  options: [TOP_K, FREQUENCY_THRESHOLD, ORDER],
  result: () => 'vector',
  learn: (parameters) =>
    new VocabularyAccumulator(parameters, (learnt) => ({
      function: 'MULTI_HOT_ENCODER',
      ...vocabularyState(learnt),
    })),
  encode: ({ vocabulary }) => {
    const places = placesIn(vocabulary, 1);
    return {
      slots: categorySlots(vocabulary, 'indicator'),
      write: (argument, matrix, at, width) => {
        const arrays = argument.values as readonly (readonly string[])[];
        for (let row = 0, to = at; row < arrays.length; row++, to += width) {
          if (!isValid(argument, row)) matrix[to] = 1;
          else for (const category of arrays[row]!) matrix[to + (places.get(category) ?? 0)] = 1;
        }
      },
    };
  },
  about:
    'As ONE_HOT_ENCODER for an array: the indicators of all its elements. Every element counts once; NULL and elements that are not kept share the first. Only as the whole expression of an output.',
  example: {
    expression: 'MULTI_HOT_ENCODER(t, 10, 1) OVER ()',
    columns: { t: [['a', 'b', 'b'], ['c'], [], null] },
    slots: ['NULL', '"a"', '"b"', '"c"'],
    rows: [
      [0, 1, 1, 0],
      [0, 0, 0, 1],
      [0, 0, 0, 0],
      [1, 0, 0, 0],
    ],
  },
};

function placesOf(places: ReadonlyMap<string, number>, argument: Column): Int32Array {
  const texts = argument.values as readonly string[];
  const found = new Int32Array(texts.length);
  for (let row = 0; row < found.length; row++) {
    if (isValid(argument, row)) found[row] = places.get(texts[row]!) ?? 0;
  }
  return found;
}
