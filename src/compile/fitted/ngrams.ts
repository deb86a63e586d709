import { type Column, columnOf } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import { known } from './accumulator.js';
import { isValid } from './encoder.js';
import type { Preprocessing } from './preprocessing.js';
import type { NgramsState } from './state.js';

/** Source: BigQuery ML, ML.NGRAMS. */
export const NGRAMS: Preprocessing<NgramsState> = {
  analytic: false,
  input: 'texts',
  options: [
    {
      name: 'ngram_range',
      parameter: 'range',
      positional: true,
      takes: { kind: 'pair', min: 1, max: 100, isWhole: true },
      about: 'how many elements an n-gram has, from and to; one number n is [n, n]',
    },
    {
      name: 'separator',
      parameter: 'separator',
      positional: true,
      takes: { kind: 'text' },
      default: ' ',
      about: 'what stands between the elements of an n-gram',
    },
  ],
  result: () => 'ARRAY<STRING>',
  learn: ({ range, separator }) => {
    const [from, to] = range as readonly [number, number];
    return known({ function: 'NGRAMS', from, to, separator: String(separator) });
  },
  apply: (state) => (argument) => ngramsOfColumn(state, argument),
  about:
    'The runs of neighbouring elements of an array, in the order of their first element, then of their length. NULL stays NULL, and all n-grams of a row that take more than 1,048,576 characters together, one more for each, are NULL.',
  example: {
    expression: "BAG_OF_WORDS(NGRAMS(t, [2, 3], '#'), 10, 1) OVER ()",
    columns: { t: [['a', 'b', 'c']] },
    slots: ['NULL', '"a#b"', '"a#b#c"', '"b#c"'],
    rows: [[0, 1, 1, 1]],
  },
};

function ngramsOfColumn(state: NgramsState, argument: Column): Column {
  const arrays = argument.values as readonly (readonly string[])[];
  const results = arrays.map((array, row): Value => (isValid(argument, row) ? ngrams(array, state) : null));
  return columnOf('ARRAY<STRING>', results);
}

/** Null where they take more than {@link MOST_CHARACTERS}. */
function ngrams(terms: readonly string[], { from, to, separator }: NgramsState): readonly string[] | null {
  const grams: string[] = [];
  let characters = 0;
  for (let start = 0; start + from <= terms.length; start++) {
    const last = Math.min(start + to, terms.length);
    let gram = terms.slice(start, start + from).join(separator);
    for (let end = start + from; ; end++) {
      characters += gram.length + 1;
      if (characters > MOST_CHARACTERS) return null;
      grams.push(gram);
      if (end >= last) break;
      gram += separator + terms[end]!;
    }
  }
  return grams;
}

/** Of one row, an empty n-gram counted too: all n-grams of 10,000 words up to five, or of 100 words up to a hundred. */
const MOST_CHARACTERS = 2 ** 20;
