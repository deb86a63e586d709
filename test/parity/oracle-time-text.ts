import { Temporal } from 'temporal-polyfill';
import { dateOf, daysOf, orNull } from './oracle-date.js';
import type { StrictOperation } from './oracle-kind.js';
import { formatted } from './oracle-time-format.js';
import { instantOf, offsetMinutesAt, zoned } from './oracle-zone.js';

/** Times as text and back, by formats. */
export const TIME_TEXTS: Readonly<Record<string, StrictOperation>> = {
  format_date: ([d], { format }) => formatted(format!, dateOf(d).toPlainDateTime(), 0),
  format_timestamp: ([t], { format, zone }) => {
    const minutes = offsetMinutesAt(t, zone!);
    const shown = zoned((t as bigint) + BigInt(minutes) * 60_000_000n, 'UTC').toPlainDateTime();
    return formatted(format!, shown, minutes);
  },
  parse_date: ([s], { format }) => orNull(() => daysOf(parsed(format!, String(s)).local.toPlainDate())),
  parse_timestamp: ([s], { format, zone }) =>
    orNull(() => {
      const { local, isLeap } = parsed(format!, String(s));
      const whole = isLeap
        ? local.round({ smallestUnit: 'second', roundingMode: 'floor' }).add({ seconds: 1 })
        : local;
      return instantOf(whole, zone!);
    }),
};

type Parsed = { readonly local: Temporal.PlainDateTime; readonly isLeap: boolean };

/** Reads by a regular expression made of the format; throws where the text is another. Formats of the domain only. */
function parsed(format: string, text: string): Parsed {
  const spelled = format.replaceAll('%F', '%f-%i-%o').replaceAll('%T', '%h:%n:%q').replaceAll('%R', '%h:%n');
  const source = spelled.replace(
    /%(?:E[*0-6]S|E4Y|.)|\s+/g,
    (element) => PATTERNS[element] ?? (/\s/.test(element) ? '[ \\t-\\r]*' : fail(element)),
  );
  const groups = new RegExp(`^[ \\t-\\r]*${source}[ \\t\\n\\v\\f\\r]*\\0?$`).exec(text)!.groups!;
  const number = (name: string, missing: number): number => Number(groups[name] ?? missing);
  const isLeap = groups['second'] === '60';
  const fields = {
    year: number('year', 1970),
    month: number('month', 1),
    day: number('day', 1),
    hour: number('hour', 0),
    minute: number('minute', 0),
    second: isLeap ? 59 : number('second', 0),
  };
  const micros = Number((groups['fraction'] ?? '').slice(0, 6).padEnd(6, '0'));
  const local = Temporal.PlainDateTime.from(fields, { overflow: 'reject' });
  return { local: local.add({ microseconds: micros }), isLeap };
}

function fail(element: string): never {
  throw new Error(`the oracle does not parse ${element}`);
}

function fractionPattern(digits: string): string {
  return `(?<second>\\d{1,2})(?:\\.(?<fraction>\\d${digits}))?`;
}

const PATTERNS: Readonly<Record<string, string>> = {
  '%Y': '(?<year>\\d{1,5})',
  '%E4Y': '(?<year>\\d{4})',
  '%m': '(?<month>\\d{1,2})',
  '%d': '(?<day>\\d{1,2})',
  '%e': '[ \\t-\\r]*(?<day>\\d{1,2})',
  '%H': '(?<hour>\\d{1,2})',
  '%k': '[ \\t-\\r]*(?<hour>\\d{1,2})',
  '%M': '(?<minute>\\d{1,2})',
  '%E*S': fractionPattern('+'),
  '%E3S': fractionPattern('{1,3}'),
  '%E6S': fractionPattern('{1,6}'),
  '%f': '[ \\t-\\r]*(?<year>\\d{1,4})',
  '%i': '[ \\t-\\r]*(?<month>\\d{1,2})',
  '%o': '[ \\t-\\r]*(?<day>\\d{1,2})',
  '%h': '[ \\t-\\r]*(?<hour>\\d{1,2})',
  '%n': '[ \\t-\\r]*(?<minute>\\d{1,2})',
  '%q': '[ \\t-\\r]*(?<second>\\d{1,2})',
};
