import { describe, expect, it } from 'vitest';
import { checkExpression } from './check.js';

const SCOPE = new Map([
  ['t', 'TIMESTAMP'],
  ['d', 'DATE'],
  ['n', 'INT64'],
  ['s', 'STRING'],
] as const);

/** Operation, parameters and arguments of what an expression is typed as, or every problem. */
function read(text: string): unknown {
  const checked = checkExpression(text, { scope: SCOPE, allow: 'row' });
  if ('problems' in checked) return checked.problems.map(({ message }) => message);
  const { expression } = checked;
  if (expression.kind !== 'call') return expression.kind;
  return [expression.operation, ...Object.values(expression.parameters ?? {})].join(' ');
}

describe('S5 times', () => {
  it.each([
    ['EXTRACT(week(monday) FROM d)', 'extract_date WEEK(MONDAY)'],
    ['EXTRACT(WEEK(SUNDAY) FROM d)', 'extract_date WEEK'],
    ["EXTRACT(DATE FROM t AT TIME ZONE '+05:30')", 'date_of_timestamp +05:30'],
    ["EXTRACT(HOUR FROM t AT TIME ZONE 'UTC+8')", 'extract_timestamp HOUR UTC+8'],
    ['DATE_ADD(d, INTERVAL n DAY)', 'date_add'],
    ['DATE_ADD(d, INTERVAL n MONTH)', 'date_add MONTH'],
    ["DATE_SUB('2020-01-05', INTERVAL n WEEK)", 'date_sub WEEK'],
    ['DATE_ADD(t, INTERVAL n HOUR)', 'timestamp_add HOUR'],
    ['d + 1', 'date_add'],
    ['n + d', 'date_add'],
    ['d - n', 'date_sub'],
    ['t + INTERVAL n MINUTE', 'timestamp_add MINUTE'],
    ['INTERVAL n MINUTE + t', 'timestamp_add MINUTE'],
    ['t - INTERVAL 2 WEEK', 'timestamp_sub DAY'],
    ['DATE_DIFF(d, d, DAY)', 'date_diff'],
    ['DATE_DIFF(d, d, WEEK(FRIDAY))', 'date_diff WEEK(FRIDAY)'],
    ['DATE_DIFF(t, t, HOUR)', 'timestamp_diff HOUR'],
    ['DATE_TRUNC(d, ISOYEAR)', 'date_trunc ISOYEAR'],
    ['DATE_TRUNC(t, HOUR)', 'timestamp_trunc HOUR UTC'],
    ["TIMESTAMP_TRUNC(t, WEEK(MONDAY), 'Asia/Tokyo')", 'timestamp_trunc WEEK(MONDAY) Asia/Tokyo'],
    ['LAST_DAY(d)', 'last_day MONTH'],
    ['LAST_DAY(d, ISOWEEK)', 'last_day ISOWEEK'],
    ['DATE(2020, n, 1)', 'date_of_parts'],
    ['DATE(t)', 'date_of_timestamp UTC'],
    ['DATE(d)', 'column'],
    ['TIMESTAMP(t)', 'column'],
    ['TIMESTAMP(s)', 'cast_string_timestamp'],
    ["TIMESTAMP(s, 'Asia/Tokyo')", 'timestamp_of_text Asia/Tokyo'],
    ["TIMESTAMP(d, 'Asia/Tokyo')", 'timestamp_of_date Asia/Tokyo'],
    ['STRING(d)', 'cast_date_string'],
    ["STRING(t, 'Asia/Tokyo')", 'string_of_timestamp Asia/Tokyo'],
    ["FORMAT_TIMESTAMP('%F', t)", 'format_timestamp %F UTC'],
    ["PARSE_DATE('%F', s)", 'parse_date %F'],
  ])('reads %s', (text, expected) => expect(read(text)).toBe(expected));

  it.each([
    ['EXTRACT(TIME FROM t)', '1:1 TIME is no part here; parts are YEAR, QUARTER, MONTH,'],
    ['EXTRACT(WEEK(MONDY) FROM d)', '1:1 MONDY is no day of the week; days are SUNDAY, MONDAY, '],
    ["EXTRACT(DAY FROM d AT TIME ZONE 'UTC')", '1:33 a DATE has no time of day, so no time zone changes it'],
    ['EXTRACT(DOW FROM d)', '1:1 DOW is no part here;'],
    ['DATE_ADD(d, INTERVAL 1 HOUR)', '1:13 HOUR is no part here; parts are DAY, WEEK, MONTH, QUARTER, YEAR'],
    ['DATE_ADD(d, 1)', '1:1 write DATE_ADD(time, INTERVAL amount part)'],
    ['TIMESTAMP_ADD(t, INTERVAL 1 MONTH)', '1:18 MONTH is no part here; parts are MICROSECOND,'],
    [
      'd + INTERVAL 1 DAY',
      '1:3 a date + INTERVAL is a DATETIME, which is no type of the language; write DATE_ADD',
    ],
    ['d - d', '1:3 DATE - DATE is not in the language; write DATE_DIFF(end, start, DAY)'],
    ['t - t', '1:3 TIMESTAMP - TIMESTAMP is not in the language; write TIMESTAMP_DIFF(end, start, SECOND)'],
    ['t + 1', '1:3 TIMESTAMP + INT64 is not in the language; write timestamp + INTERVAL amount SECOND'],
    ["t + INTERVAL '1:30' HOUR TO MINUTE", '1:26 found "TO", expected one part; add an INTERVAL for each'],
    ['DATE_DIFF(DAY, d, d)', '1:1 write DATE_DIFF(end, start, part): the part comes last'],
    [
      "DATE_TRUNC(d, MONTH, 'UTC')",
      '1:22 a DATE has no time of day, so no time zone changes it; write DATE_TRUNC(date, part)',
    ],
    ['LAST_DAY(d, DAY)', '1:13 DAY is no part here; parts are WEEK,'],
    [
      'DATE(t, s)',
      "1:9 a time zone is a string literal, such as 'America/New_York'; it cannot come from a column",
    ],
    [
      'FORMAT_DATE(s, d)',
      "1:13 a format is a string literal, such as '%Y-%m-%d'; it cannot come from a column",
    ],
    ["FORMAT_DATE('%H', d)", '1:13 the format element "%H" is not one of %% '],
    [
      "PARSE_DATE('%j %F', s)",
      '1:12 the format names the month twice, by %j and by %F; leave one of them out',
    ],
  ])('refuses %s', (text, expected) => {
    const [first] = read(text) as readonly string[];
    expect(first!.slice(0, expected.length)).toBe(expected);
  });

  it('tells several mistakes, and nothing that only follows from them', () => {
    expect(read("DATE_ADD(d, INTERVAL * DAY) > DATE(t, 'Nowhere')")).toEqual([
      expect.stringContaining('found "*"'),
      expect.stringContaining('"Nowhere" is no IANA time zone'),
    ]);
  });
});
