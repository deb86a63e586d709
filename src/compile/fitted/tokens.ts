import { type Column, columnOf } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import { withoutUnassigned } from '../runtime/unicode-version.js';
import { known } from './accumulator.js';
import { isValid } from './encoder.js';
import type { Preprocessing } from './preprocessing.js';
import type { TokensState } from './state.js';

/** Our own: words of any language. */
export const TOKENS: Preprocessing<TokensState> = {
  analytic: false,
  input: 'text',
  options: [],
  result: () => 'ARRAY<STRING>',
  learn: () => known({ function: 'TOKENS' }),
  apply: () => (argument) => tokensOfColumn(argument),
  about:
    'The words of a text of any language, as they stand there: runs of letters, marks and digits; of ideographs, kana and other scripts that are written without spaces each character with its marks. All else only separates. `ARRAY_LENGTH(TOKENS(s))` counts words, `LENGTH(s)` characters. Letters are those of Unicode 12.1. NULL stays NULL.',
  example: {
    expression: 'ARRAY_LENGTH(TOKENS(s))',
    columns: { s: ["Don't fly to São Paulo!", '東京へ', '', null] },
    slots: ['s'],
    rows: [[6], [3], [0], [3]],
  },
};

function tokensOfColumn(argument: Column): Column {
  const texts = argument.values as readonly string[];
  const results = texts.map((text, row): Value => (isValid(argument, row) ? tokens(text) : null));
  return columnOf('ARRAY<STRING>', results);
}

function tokens(text: string): readonly string[] {
  return withoutUnassigned(text).match(TOKEN) ?? [];
}

/** Scripts whose words do not stand apart: ideographs, kana, bopomofo, Yi, and the languages of South East Asia. */
const SPACELESS =
  '[\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Bopo}\\p{sc=Yiii}\\p{sc=Thai}\\p{sc=Laoo}\\p{sc=Khmr}\\p{sc=Mymr}' +
  '\\p{sc=Tale}\\p{sc=Talu}\\p{sc=Lana}\\p{sc=Tavt}\\p{sc=Ahom}\\u30fc\\uff70]';

const TOKEN = new RegExp(
  `(?=\\p{L})${SPACELESS}\\p{M}*|(?:(?!(?=\\p{L})${SPACELESS})[\\p{L}\\p{M}\\p{Nd}])+`,
  'gu',
);
