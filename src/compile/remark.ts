import type { Token } from './lexer.js';
import { isPartName } from './part-name.js';
import { isReserved } from './reserved.js';

/** What helps with a token where none of its kind can stand, to be put behind a message; '' is nothing. */
export function remarkOn({ kind, text, upper }: Token, expected: string): string {
  const isBetween = expected.startsWith('an operator') || expected === '","';
  if (isBetween && (kind === 'string' || kind === 'bytes')) return ': between texts stands || or a comma';
  if (isBetween && kind === 'name' && isPartName(upper)) return ': a length of time is INTERVAL amount part';
  if (kind === 'symbol' && Object.hasOwn(SYMBOLS, text)) return `: ${SYMBOLS[text]}`;
  if (kind === 'name' && Object.hasOwn(WORDS, upper)) return `: ${WORDS[upper]}`;
  const isName = kind === 'name' && expected === 'an expression' && isReserved(upper) && !JOINING.has(upper);
  return isName ? '; a reserved word is a name in backquotes only' : '';
}

const PARAMETER =
  'there are no query parameters; a value of the request is declared as an input and stands here by its name';

/** Words that go on with an expression: what is missing stands before them. */
const JOINING = new Set([
  'WHEN',
  'THEN',
  'ELSE',
  'END',
  'AND',
  'OR',
  'AS',
  'FROM',
  'IS',
  'IN',
  'LIKE',
  'BETWEEN',
  'AT',
]);

const SYMBOLS: Readonly<Record<string, string>> = {
  ';': 'an expression ends without ";"',
  '@': PARAMETER,
  '?': PARAMETER,
  ':': PARAMETER,
  $: PARAMETER,
  '=>': 'there are no named arguments; write the values in their order',
  '{': 'there are no braces; an array is [a, b]',
  '.': 'there are no fields; a column stands without the name of its table',
};

const WORDS: Readonly<Record<string, string>> = {
  SELECT: 'there are no queries; an expression computes one value from one row',
  FROM: 'there are no queries; an expression computes one value from one row',
  WHERE: 'there are no queries; an expression computes one value from one row',
  AS: 'a result is named where the feature is',
  OVER: 'only fitted functions take OVER ()',
};
