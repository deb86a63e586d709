import { TOKEN } from './containment.js';

/** Pieces of text that mean something somewhere: here, in JavaScript, in SQL, in a terminal. */
export const FRAGMENTS: readonly string[] = [
  ...words(`AND OR NOT IN IS LIKE BETWEEN CASE WHEN THEN ELSE END NULL TRUE FALSE CAST SAFE_CAST AS EXTRACT FROM INTERVAL
    ARRAY STRUCT SELECT UNNEST EXISTS OVER ORDER AT TIME ZONE DAY HOUR DATE TIMESTAMP DISTINCT OFFSET ORDINAL SAFE ML IF`),
  ...words(
    `( ) [ ] { } < > , . ; : :: => == = != <> <= >= << >> | || & && ^ ~ ! % * ** / // + - -- # @ ? $ \\ \` ' " ''' """`,
  ),
  ...words(
    `r' b' rb" /* */ 0 1 -1 0x 0xFFFFFFFFFFFFFFFF 9223372036854775807 9223372036854775808 1e308 1e309 5e-324 .5 5. 1e`,
  ),
  ...words(
    `__proto__ constructor prototype hasOwnProperty toString d0 m0 o0 p0 rt c0 asOf inputs outputs constants values i`,
  ),
  ...words(
    `process require globalThis eval Function this undefined NaN Infinity async await => \${process.exit(1)}`,
  ),
  '; DROP TABLE x',
  "'; DROP TABLE x; --",
  '"); process.exit(1); ("',
  "' || (SELECT 1) || '",
  '`; DELETE FROM t; `',
  '*/ 1 /*',
  '\n-- x\n',
  '"""; CREATE TEMP FUNCTION f() AS (1); r"""',
  `'${TOKEN}'`,
  `\`${TOKEN}\``,
  TOKEN,
  "'\\",
  "'\\'",
  "'\\u0000'",
  "'\\ud800'",
  "'\\U00110000'",
  "r'\\'",
  '\u0000',
  '\u202e',
  '\ufeff',
  '\u2028',
  '\u00a0',
  '\ud800',
  '\udfff',
  'é',
  '\u{1d49c}',
  'ﬁ',
  'İ',
  '\x1b[2J',
  'REPEAT(',
  'REGEXP_CONTAINS(',
  "'(a+)+$'",
  'COALESCE(',
  'GENERATE_ARRAY(',
];

function words(text: string): readonly string[] {
  return text.split(/\s+/);
}
