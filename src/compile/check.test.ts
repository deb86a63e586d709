import { describe, expect, it } from 'vitest';
import { childrenOf, type Expression } from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import { checkExpression } from './check.js';

const SCOPE = new Map<string, ValueType>([
  ['amount', 'FLOAT64'],
  ['count', 'INT64'],
  ['carrier', 'STRING'],
  ['delayed', 'BOOL'],
  ['departed', 'TIMESTAMP'],
  ['day', 'DATE'],
  ['raw', 'BYTES'],
  ['vector', 'ARRAY<FLOAT64>'],
  ['a', 'INT64'],
  ['A', 'INT64'],
  ['card__spend', 'FLOAT64'],
  ['order', 'STRING'],
]);

type Allowance = Parameters<typeof checkExpression>[1]['allow'];

function typed(text: string, allow: Allowance = 'transform'): string {
  const checked = checkExpression(text, { scope: SCOPE, allow });
  if ('problems' in checked) return checked.problems.map(({ message }) => `! ${message}`).join('\n');
  return `${shape(checked.expression)} ${checked.expression.type}`;
}

function shape(node: Expression): string {
  if (node.kind === 'literal') return typeof node.value === 'string' ? `'${node.value}'` : String(node.value);
  if (node.kind === 'column') return node.name;
  if (node.kind === 'asOf') return 'as_of';
  const parameters = Object.entries(node.parameters ?? {}).map(([key, value]) => `${key}=${value}`);
  const name = node.kind === 'call' ? node.operation : node.function;
  return `${name}(${[...childrenOf(node).map(shape), ...parameters].join(', ')})`;
}

describe('S5 what an expression means', () => {
  it.each([
    ['amount', 'amount FLOAT64'],
    ['AMOUNT', 'amount FLOAT64'],
    ['`order`', 'order STRING'],
    ['card__spend', 'card__spend FLOAT64'],
    ['count + 1', 'add_int64(count, 1) INT64'],
    ['count + 1.5', 'add_float64(cast_int64_float64(count), 1.5) FLOAT64'],
    ['amount + 1', 'add_float64(amount, 1) FLOAT64'],
    ['1 + 2 * 3 - 4', 'subtract_int64(add_int64(1, multiply_int64(2, 3)), 4) INT64'],
    ['count / 2', 'divide_float64(cast_int64_float64(count), 2) FLOAT64'],
    ['-count', 'negate_int64(count) INT64'],
    ['- - 1', 'negate_int64(-1) INT64'],
    ['+amount', 'amount FLOAT64'],
    ['NOT delayed AND delayed OR delayed', 'or(and(not(delayed), delayed), delayed) BOOL'],
    ['delayed AND delayed AND delayed', 'and(delayed, delayed, delayed) BOOL'],
    ['NOT count = 1', 'not(equal(count, 1)) BOOL'],
    ['count = amount', 'equal(cast_int64_float64(count), amount) BOOL'],
    ["departed > '2013-01-01'", 'greater(departed, 1356998400000000) BOOL'],
    ["day = '1970-01-02'", 'equal(day, 1) BOOL'],
    ['count NOT IN (1, 2)', 'not(in(count, 1, 2)) BOOL'],
    ['count BETWEEN 1 AND 2 AND delayed', 'and(between(count, 1, 2), delayed) BOOL'],
    ['carrier IS NOT NULL', 'not(is_null(carrier)) BOOL'],
    ['vector IS NULL', 'is_null(vector) BOOL'],
    ['COALESCE(vector, NULL)', 'coalesce(vector, null) ARRAY<FLOAT64>'],
    ['IF(delayed, count, amount)', 'case(delayed, cast_int64_float64(count), amount) FLOAT64'],
    ['CASE WHEN delayed THEN 1 END', 'case(delayed, 1, null) INT64'],
    ["CASE carrier WHEN 'AA' THEN 1.5 ELSE 2 END", "case_match(carrier, 'AA', 1.5, 2) FLOAT64"],
    ['IFNULL(amount, 0)', 'coalesce(amount, 0) FLOAT64'],
    ['NULL', 'null INT64'],
    ["carrier || '-' || carrier", "concat_string(carrier, '-', carrier) STRING"],
    ['CAST(count AS STRING)', 'cast_int64_string(count) STRING'],
    ['SAFE_CAST(carrier AS DATE)', 'cast_string_date(carrier) DATE'],
    ['CAST(count AS INT64)', 'count INT64'],
    ['EXTRACT(HOUR FROM departed)', 'extract_timestamp(departed, part=HOUR, zone=UTC) INT64'],
    [
      "EXTRACT(DAYOFWEEK FROM departed AT TIME ZONE 'America/New_York')",
      'extract_timestamp(departed, part=DAYOFWEEK, zone=America/New_York) INT64',
    ],
    ['EXTRACT(YEAR FROM day)', 'extract_date(day, part=YEAR) INT64'],
    ['TIMESTAMP_DIFF(AS_OF(), departed, HOUR)', 'timestamp_diff(as_of, departed, part=HOUR) INT64'],
    [
      'TIMESTAMP_ADD(departed, INTERVAL count MINUTE)',
      'timestamp_add(departed, count, part=MINUTE) TIMESTAMP',
    ],
    ['SAFE.LN(amount)', 'ln_float64(amount) FLOAT64'],
    ['STANDARD_SCALER(count) OVER ()', 'STANDARD_SCALER(cast_int64_float64(count)) FLOAT64'],
    [
      "ML.STANDARD_SCALER(ML.IMPUTER(amount, 'mean') OVER()) OVER()",
      'STANDARD_SCALER(IMPUTER(amount, strategy=mean)) FLOAT64',
    ],
    ["IMPUTER(carrier, 'most_frequent') OVER ()", 'IMPUTER(carrier, strategy=most_frequent) STRING'],
    [
      'ONE_HOT_ENCODER(carrier) OVER ()',
      'ONE_HOT_ENCODER(carrier, drop=none, topK=32000, frequencyThreshold=5) ARRAY<FLOAT64>',
    ],
    [
      "ONE_HOT_ENCODER(carrier, 'most_frequent', 10, 0) OVER ()",
      'ONE_HOT_ENCODER(carrier, drop=most_frequent, topK=10, frequencyThreshold=0) ARRAY<FLOAT64>',
    ],
    [
      '1 + STANDARD_SCALER(amount) OVER () * 2',
      'add_float64(1, multiply_float64(STANDARD_SCALER(amount), 2)) FLOAT64',
    ],
    ['/* a */ 1 -- b', '1 INT64'],
    ["carrier LIKE 'ANY'", "like_string(carrier, 'ANY') BOOL"],
    ["carrier LIKE 'valueOf'", "like_string(carrier, 'valueOf') BOOL"],
    ['[1, 2]', '1,2 ARRAY<INT64>'],
    ['[1, 2.5]', '1,2.5 ARRAY<FLOAT64>'],
    ['[]', ' ARRAY<INT64>'],
    ["ARRAY<DATE>['1970-01-02']", '1 ARRAY<DATE>'],
    ['ARRAY[1, NULL]', 'null ARRAY<INT64>'],
    ['COALESCE(CAST(NULL AS INT64), 2.5)', 'coalesce(null, 2.5) FLOAT64'],
    ['COALESCE(vector, [1, 2])', 'coalesce(vector, 1,2) ARRAY<FLOAT64>'],
    ['CAST(vector AS ARRAY<FLOAT64>)', 'vector ARRAY<FLOAT64>'],
  ])('%s', (text, expected) => expect(typed(text)).toBe(expected));
});

describe('S5 what an expression must not be', () => {
  it.each([
    ['', '! 1:1 found the end, expected an expression'],
    ['amuont', '! 1:1 there is no column "amuont"; did you mean "amount"?'],
    [
      'xyzzy',
      '! 1:1 there is no column "xyzzy"; columns are amount, count, carrier, delayed, departed, day, raw, vector, a, A, card__spend, `order`',
    ],
    [
      'ABS(amunt) +\n CONT * 2',
      '! 1:5 there is no column "amunt"; did you mean "amount"?\n! 2:2 there is no column "CONT"; did you mean "count"?',
    ],
    [
      'amount + carrier',
      '! 1:10 the right side of + is STRING; it must be FLOAT64; did you mean SAFE_CAST(carrier AS FLOAT64)?',
    ],
    ['carrier = 1', "! 1:11 the right side of = is INT64; it must be STRING; did you mean '1'?"],
    [
      'vector = vector',
      '! 1:1 the left side of = is ARRAY<FLOAT64>; it must be a scalar\n! 1:10 the right side of = is ARRAY<FLOAT64>; it must be a scalar',
    ],
    ['ABS(amount, 1)', '! 1:1 ABS takes 1 argument, not 2'],
    ['COALESCE()', '! 1:1 COALESCE takes at least 1 argument, not 0'],
    ['SUBSTR(carrier)', '! 1:1 SUBSTR takes 2 or 3 arguments, not 1'],
    ['GREATST(1, 2)', '! 1:1 there is no function GREATST; did you mean GREATEST?'],
    [
      'CURRENT_TIMESTAMP()',
      '! 1:1 CURRENT_TIMESTAMP is refused: a feature must mean the same whenever it is computed; use AS_OF() in a read expression',
    ],
    ['RAND()', '! 1:1 RAND is refused: an expression must give the same value every time'],
    [
      'SUM(amount)',
      '! 1:1 SUM is refused: an expression computes one value from one row; many rows are aggregated by a feature with "aggregate" and "window"',
    ],
    [
      "carrier LIKE ANY ('A%')",
      '! 1:14 LIKE ANY is not in the language; write LIKE for each pattern, with OR between',
    ],
    ['count = 1 = delayed', '! 1:11 found "=", expected parentheses around the first comparison'],
    ['count +', '! 1:8 found the end, expected an expression'],
    ['count count', '! 1:7 found "count", expected an operator or the end'],
    ['(count', '! 1:7 found the end, expected an operator or ")" for the "(" at 1:1'],
    ["'abc", "! 1:1 the string is not closed; write '"],
    ["'a\\q'", '! 1:3 "\\q" is no escape here'],
    ['/* x', '! 1:1 the comment is not closed; write "*/"'],
    ['12x', '! 1:1 "12x" is no number'],
    ['99999999999999999999', '! 1:1 99999999999999999999 is beyond the 64 bits of an INT64'],
    ['1e999', '! 1:1 1e999 is beyond the range of a FLOAT64'],
    ['amount 1', '! 1:8 found "1", expected an operator or the end'],
    ['é', '! 1:1 "é" has no meaning here; a name with such characters stands in backquotes'],
    ['order', '! 1:1 found "order", expected an expression; a reserved word is a name in backquotes only'],
    ['(SELECT 1)', '! 1:2 queries are not in the language; an expression computes one value from one row'],
    ['IF(count, 1, 2)', '! 1:4 the condition of IF is INT64; it must be BOOL; did you mean count != 0?'],
    [
      "IF(delayed, 1, 'a')",
      "! 1:16 a result of IF is STRING; it must be INT64 as another one is; did you mean '1' for the other one?",
    ],
    [
      'CASE WHEN count THEN 1 WHEN amount THEN 2 END',
      '! 1:11 the condition of WHEN is INT64; it must be BOOL; did you mean count != 0?\n! 1:29 the condition of WHEN is FLOAT64; it must be BOOL',
    ],
    [
      "CASE count WHEN 'a' THEN 1 END",
      '! 1:17 what CASE compares is STRING; it must be INT64 as another one is; did you mean CAST(count AS STRING) for the other one?',
    ],
    ['CASE count END', '! 1:12 found "END", expected WHEN'],
    ['CAST(day AS INT64)', '! 1:1 DATE cannot be cast to INT64; it can be cast to STRING, TIMESTAMP'],
    [
      'CAST(vector AS STRING)',
      '! 1:1 ARRAY<FLOAT64> cannot be cast to STRING; an array is cast to its own type only',
    ],
    [
      'CAST(count AS STRNG)',
      '! 1:15 "STRNG" is no type here; types are BOOL, INT64, FLOAT64, STRING, BYTES, TIMESTAMP, DATE; did you mean STRING?',
    ],
    [
      'EXTRACT(HOUR FROM day)',
      '! 1:19 the operand of EXTRACT(HOUR) is DATE; it must be TIMESTAMP; did you mean CAST(day AS TIMESTAMP)?',
    ],
    [
      "EXTRACT(HOUR FROM departed AT TIME ZONE 'Amerika/New_York')",
      "! 1:41 \"Amerika/New_York\" is no IANA time zone and no offset; write one such as 'America/New_York' or '+05:30'; did you mean 'America/New_York'?",
    ],
    [
      'TIMESTAMP_DIFF(departed, departed, WEEK)',
      '! 1:36 WEEK is no part here; parts are MICROSECOND, MILLISECOND, SECOND, MINUTE, HOUR, DAY',
    ],
    ['TIMESTAMP_ADD(departed, 5)', '! 1:1 write TIMESTAMP_ADD(time, INTERVAL amount part)'],
    [
      'INTERVAL 5 DAY',
      '! 1:1 an INTERVAL stands only beside + and -, and in TIMESTAMP_ADD, TIMESTAMP_SUB, DATE_ADD and DATE_SUB',
    ],
    ["TIMESTAMP '2013-02-30'", '! 1:11 "2013-02-30" is no TIMESTAMP'],
    [
      'STANDARD_SCALER(amount)',
      '! 1:1 write STANDARD_SCALER(…) OVER (): it is fitted over all training rows',
    ],
    [
      'ABS(amount) OVER ()',
      '! 1:1 ABS takes no OVER (); functions that do are STANDARD_SCALER, MIN_MAX_SCALER, MAX_ABS_SCALER, ROBUST_SCALER, IMPUTER, QUANTILE_BUCKETIZE, LABEL_ENCODER, ONE_HOT_ENCODER, MULTI_HOT_ENCODER, BAG_OF_WORDS, TF_IDF',
    ],
    [
      'STANDARD_SCALER(carrier) OVER ()',
      '! 1:17 STANDARD_SCALER takes INT64 or FLOAT64, not STRING; did you mean SAFE_CAST(carrier AS FLOAT64)?',
    ],
    ["IMPUTER(amount, 'mode') OVER ()", "! 1:17 IMPUTER takes strategy: 'mean', 'median', 'most_frequent'"],
    ["IMPUTER(carrier, 'mean') OVER ()", "! 1:18 IMPUTER takes 'most_frequent' for a STRING"],
    [
      'ONE_HOT_ENCODER(delayed) OVER ()',
      '! 1:17 ONE_HOT_ENCODER takes STRING, not BOOL; did you mean CAST(delayed AS STRING)?',
    ],
    [
      'COALESCE(ONE_HOT_ENCODER(carrier) OVER (), vector)',
      '! 1:10 ONE_HOT_ENCODER must be the outermost function: its result is a vector',
    ],
    [
      'ABS(amount) OVER (PARTITION BY a)',
      '! 1:1 ABS takes no OVER (); functions that do are STANDARD_SCALER, MIN_MAX_SCALER, MAX_ABS_SCALER, ROBUST_SCALER, IMPUTER, QUANTILE_BUCKETIZE, LABEL_ENCODER, ONE_HOT_ENCODER, MULTI_HOT_ENCODER, BAG_OF_WORDS, TF_IDF',
    ],
  ])('%s', (text, expected) => expect(typed(text)).toBe(expected));

  it('sees only what it may', () => {
    expect(typed('AS_OF()', 'row')).toBe(
      '! 1:1 AS_OF() is the time of an answer; a row expression sees its row only',
    );
    expect(typed('AS_OF()', 'read')).toBe('as_of TIMESTAMP');
    expect(typed('STANDARD_SCALER(amount) OVER ()', 'read')).toBe(
      '! 1:1 STANDARD_SCALER is fitted in training: it belongs into the transform of a model',
    );
  });

  it('asks which name is meant when only capitals tell two apart', () => {
    const scope = new Map<string, ValueType>([
      ['ab', 'INT64'],
      ['AB', 'INT64'],
    ]);
    expect(checkExpression('ab', { scope, allow: 'row' })).toHaveProperty('expression');
    expect(checkExpression('Ab', { scope, allow: 'row' })).toMatchObject({
      problems: [{ message: '1:1 "Ab" could be ab or AB; write one of them exactly' }],
    });
  });

  it('tells what was found, expected and meant apart', () => {
    expect(checkExpression('1 +\n amuont', { scope: SCOPE, allow: 'row' })).toEqual({
      problems: [
        {
          path: '',
          position: 5,
          line: 2,
          column: 2,
          message: '2:2 there is no column "amuont"; did you mean "amount"?',
          found: 'amuont',
          suggestion: '"amount"',
        },
      ],
    });
  });
});

describe('hostile text', () => {
  const limit = 'more than 200 levels of nesting; split the expression';
  it.each([
    ['parentheses', `${'('.repeat(30_000)}1`, limit],
    ['signs', `${'-'.repeat(60_000)}1`.replaceAll('--', '- '), limit],
    ['NOT', `${'NOT '.repeat(16_000)}TRUE`, limit],
    ['mistakes', '; '.repeat(30_000), 'found ";"'],
    ['a long sum', `1${'+1'.repeat(30_000)}`, limit],
    ['nested CASE', 'CASE WHEN '.repeat(6_000), limit],
    ['nested calls', 'ABS('.repeat(16_000), limit],
    ['a long name', 'a'.repeat(65_000), 'there is no column'],
    ['a long number', '9'.repeat(65_000), 'is beyond the 64 bits of an INT64'],
    ['an open comment', `/*${'*'.repeat(65_000)}`, 'the comment is not closed'],
    ['quotes', '"'.repeat(65_001), 'the string is not closed'],
    ['backslashes', `'${'\\\\'.repeat(32_000)}`, 'the string is not closed'],
    ['too much text', ' '.repeat(65_537), 'the limit is 65536'],
    ['half a character', "'\ud800'", 'half of a surrogate pair'],
  ])('%s are refused', (_, text, message) => {
    expect(typed(text)).toContain(message);
  });

  it('takes long chains, lists and branches', () => {
    expect(typed(`TRUE${' AND delayed'.repeat(5_000)}`)).toContain('BOOL');
    expect(typed(`count IN (0${', 1'.repeat(20_000)})`)).toContain('BOOL');
    expect(typed(`CASE${' WHEN delayed THEN 1'.repeat(3_000)} END`)).toContain('INT64');
    expect(typed(`''${" || 'a'".repeat(8_000)}`)).toContain('STRING');
    expect(typed(`1${' + 1'.repeat(190)}`)).toContain('INT64');
  });

  it('tells at most twenty mistakes', () => {
    expect(typed(`x1${' + x1'.repeat(100)}`).split('\n')).toHaveLength(20);
  });
});
