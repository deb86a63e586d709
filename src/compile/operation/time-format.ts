import type { Operation, StrictLowering } from './operation.js';
import { zoneAt, zoneConstant } from './zone.js';

/** Times as text by a format, which is a parameter of the node and made of the elements of `runtime/time-format.ts`. */
export const TIME_FORMAT = {
  format_date: {
    sql: 'FORMAT_DATE',
    form: "FORMAT_DATE('format', date)",
    arguments: ['DATE'],
    result: 'STRING',
    about:
      'A date as text. Elements are `%A %a %B %b %C %D %d %E4Y %e %F %G %g %h %j %m %n %Q %t %U %u %V %W %w %x %Y %y %%`; the year has no leading zeros but by `%E4Y`.',
    example: ["FORMAT_DATE('%a, %d %b %Y', DATE '2020-01-05')", "'Sun, 05 Jan 2020'"],
    kernel: byFormat('total', () => 'rt.formatDateBy($0, $1)'),
  },
  format_timestamp: {
    sql: 'FORMAT_TIMESTAMP',
    form: "FORMAT_TIMESTAMP('format', timestamp[, zone])",
    arguments: ['TIMESTAMP'],
    result: 'STRING',
    about:
      'What the clocks of a zone show, as text. Elements are those of FORMAT_DATE and `%c %E*S %E0S` to `%E6S %Ez %H %I %k %l %M %P %p %R %S %s %T %X %Z %z`; fractions are cut, not rounded, and an offset that has seconds counts as its whole minutes.',
    example: [
      "FORMAT_TIMESTAMP('%F %T%Ez', TIMESTAMP '2020-01-05 10:11:12+00', 'Asia/Kolkata')",
      "'2020-01-05 15:41:12+05:30'",
    ],
    kernel: byFormat('total', (zone) => `rt.formatTimestampBy($0, $1, ${zone})`),
  },
  parse_date: {
    sql: 'PARSE_DATE',
    form: "PARSE_DATE('format', string)",
    arguments: ['STRING'],
    result: 'DATE',
    about:
      'The date that a text of a format names; NULL where the text is another or there is no such day. Elements are `%A %a %B %b %D %d %E4Y %e %F %h %j %m %n %t %x %Y %y %%`. What the format leaves out is that of 1970-01-01. White space at the ends does not matter, and white space in the format is any of it, or none.',
    example: ["PARSE_DATE('%d.%m.%Y', '5.1.2020')", "DATE '2020-01-05'"],
    kernel: byFormat('nullable', () => 'rt.parseDateBy($0, $1)'),
  },
  parse_timestamp: {
    sql: 'PARSE_TIMESTAMP',
    form: "PARSE_TIMESTAMP('format', string[, zone])",
    arguments: ['STRING'],
    result: 'TIMESTAMP',
    about:
      'The instant that a text of a format names, on the clocks of a zone unless the text has an offset. Elements are those of PARSE_DATE and `%E*S %E0S` to `%E6S %Ez %H %I %k %l %M %P %p %R %S %s %T %X %z`. `%s` decides alone. Second 60 is the next minute.',
    example: [
      "PARSE_TIMESTAMP('%d/%b/%Y:%H:%M:%S %z', '10/Oct/2000:13:55:36 -0700')",
      "TIMESTAMP '2000-10-10 20:55:36+00'",
    ],
    kernel: byFormat('nullable', (zone) => `rt.parseTimestampBy($0, $1, ${zone})`),
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** The format is a constant, and so is the zone but for UTC, which the code names. */
function byFormat(guard: 'total' | 'nullable', code: (zone: string) => string): StrictLowering {
  return {
    kind: 'strict',
    guard,
    code: (node) => code(zoneAt(2, node)),
    constants: ({ format, zone }) => [format, ...zoneConstant(zone)],
  };
}
