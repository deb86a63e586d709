import type { Random } from '../../rows/random.js';
import { FRAGMENTS } from './fragments.js';

/** Something deep or long: nested 10 to 50,000 times, closed, half closed or not at all, or a chain or list. */
export function shaped(random: Random): string {
  const times = random.pick([10, 100, 190, 199, 200, 201, 1_000, 5_000, 10_000, 50_000]);
  return random.chance(0.5) ? nested(times, random) : chained(times, random);
}

/** Code points of everywhere, or pieces that mean something, in a row. */
export function soup(random: Random): string {
  const count = random.whole(1, random.pick([5, 50, 500, 5_000]));
  const of = random.pick([
    () => String.fromCharCode(random.whole(0, 0xffff)),
    () => String.fromCodePoint(random.whole(0, 0x10ffff)),
    () => String.fromCharCode(random.whole(0, 0x7f)),
    () => random.pick(FRAGMENTS),
    () => `${random.pick(FRAGMENTS)} `,
  ]);
  return Array.from({ length: count }, of).join('');
}

function nested(times: number, random: Random): string {
  const [open, close] = random.pick(NESTS);
  const other = random.chance(0.3) ? random.pick(NESTS) : null;
  const opening = `${open}${other?.[0] ?? ''}`.repeat(other === null ? times : Math.ceil(times / 2));
  const closes = random.chance(0.6) ? times : random.whole(0, times);
  const closing = `${other?.[1] ?? ''}${close}`.repeat(other === null ? closes : Math.ceil(closes / 2));
  return `${opening}${random.pick(CORES)}${closing}`;
}

function chained(times: number, random: Random): string {
  const [first, next, last] = random.pick(CHAINS);
  return `${first}${next.repeat(times)}${last}`;
}

const CORES = ['1', "'a'", 'TRUE', 'NULL', '', '[1]', "DATE '2020-01-01'"];

const NESTS: readonly (readonly [string, string])[] = [
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['ABS(', ')'],
  ['ABS( ', ']'],
  ['COALESCE(1, ', ')'],
  ['COALESCE(', ', 1)'],
  ['CONCAT(', ", 'a')"],
  ['UPPER(', ')'],
  ['REVERSE(', ')'],
  ['NO_SUCH(', ')'],
  ['CASE WHEN TRUE THEN ', ' END'],
  ['CASE ', ' WHEN 1 THEN 1 END'],
  ['CASE WHEN ', ' THEN TRUE END'],
  ['CASE WHEN FALSE THEN 1 ELSE ', ' END'],
  ['CASE WHEN ', ''],
  ['IF(TRUE, ', ', 1)'],
  ['IF(', ', TRUE, FALSE)'],
  ['NOT ', ''],
  ['- ', ''],
  ['-', ''],
  ['~', ''],
  ['+ ', ''],
  ['!', ''],
  ['CAST(', ' AS STRING)'],
  ['CAST(', ' AS ARRAY<INT64>)'],
  ['SAFE_CAST(', ''],
  ['', '[0]'],
  ['', '[OFFSET(0)]'],
  ['[1][', ']'],
  ['', '::INT64'],
  ['ARRAY<INT64>[', ']'],
  ['ARRAY<', '>'],
  ['1 IN (', ')'],
  ['1 IN UNNEST(', ')'],
  ['EXTRACT(YEAR FROM ', ')'],
  ['DATE_ADD(', ', INTERVAL 1 DAY)'],
  ['INTERVAL ', ' DAY'],
  ['SAFE.', ''],
  ['a.', ''],
  ['1 = (', ')'],
  ['1 BETWEEN ', ' AND 2'],
  ['/*', '*/'],
  ['/* ', ''],
  ['`', '`'],
  ["'", "'"],
  ['"""', '"""'],
  ["r'", "'"],
  ['\\', ''],
  ['@', ''],
  ['f(x => ', ')'],
  ['STRUCT(', ')'],
  ['(SELECT ', ')'],
  ['STANDARD_SCALER(', ') OVER ()'],
];

const CHAINS: readonly (readonly [string, string, string])[] = [
  ['1', ' + 1', ''],
  ['1', '+1', ''],
  ['1', ' * 1', ''],
  ['1', ' - -1', ''],
  ['TRUE', ' AND TRUE', ''],
  ['FALSE', ' OR FALSE', ''],
  ["'a'", " || 'b'", ''],
  ['1', ' = 1', ''],
  ['1', ' < 1', ''],
  ['1', ' | 1', ''],
  ['1', ' << 1', ''],
  ['1', ' BETWEEN 1 AND 1', ''],
  ['TRUE', ' IS TRUE', ''],
  ['1 IN (0', ', 1', ')'],
  ["'z' IN ('a'", ", 'b'", ')'],
  ['COALESCE(NULL', ', NULL', ', 1)'],
  ['CONCAT(', "'a',", "'b')"],
  ['GREATEST(1', ', 2', ')'],
  ['[1', ', 2', ']'],
  ["['a'", ", 'b'", '][OFFSET(0)]'],
  ['CASE', ' WHEN FALSE THEN 1', ' END'],
  ['CASE 1', ' WHEN 2 THEN 2', ' ELSE 3 END'],
  ['CASE', ' WHEN x THEN 1', ''],
  ['f(', 'x,', ''],
  ['(', '),(', ')'],
  ['x', ' x', ''],
  ['x', ', x', ''],
  ['1', ' 1', ''],
  ["'a'", " 'a'", ''],
  ['', ')', ''],
  ['', ']', ''],
  ['', ',', ''],
  ['', '1,', ''],
  ['', '; ', ''],
  ['', '* ', ''],
  ['', 'AND ', ''],
  ['', 'END ', ''],
  ['', 'WHEN ', ''],
  ['', 'THEN ', ''],
  ['', '-- x\n', '1'],
  ['', '/**/', '1'],
  ['', ' ', '1'],
  ['', '\n', '1'],
  ['', '9', ''],
  ['1.', '9', ''],
  ['0x', 'F', ''],
  ['', 'a', ''],
  ['', '.', ''],
  ["'", 'a', "'"],
  ["'", '\\n', "'"],
  ["'", "''", "'"],
  ["b'", '\\xff', "'"],
  ['`', 'a', '`'],
  ['', 'é', ''],
  ["LENGTH('", '\u{1F600}', "')"],
];
