import { closestName } from '../definition/closest-name.js';
import type { CheckContext } from './checked.js';
import { zoneOf } from './runtime/clock.js';
import { WEEKDAYS } from './runtime/date-part.js';
import { elementsOf } from './runtime/time-format.js';
import type { CallNode, SyntaxNode } from './syntax.js';

/** A part as it is written: `DAY`, `WEEK(MONDAY)`; null when the node is none. */
export function partOfNode(node: SyntaxNode | undefined): string | null {
  if (node?.kind === 'name') return node.name.toUpperCase();
  if (node?.kind !== 'call' || node.name !== 'WEEK' || node.arguments.length !== 1) return null;
  const [weekday] = node.arguments;
  return weekday?.kind === 'name' ? canonicalPart(`WEEK(${weekday.name.toUpperCase()})`) : null;
}

/** A part in the one way that definitions hold it. */
export function canonicalPart(part: string): string {
  return part === 'WEEK(SUNDAY)' ? 'WEEK' : part;
}

/** Reports a part that is not among those which are taken. */
export function reportPart(
  context: CheckContext,
  { part, position }: { readonly part: string; readonly position: number },
  parts: readonly string[],
): null {
  const day = /^WEEK\((.*)\)$/.exec(part)?.[1];
  const expected = parts.filter((each) => !each.startsWith('WEEK(')).join(', ');
  if (day !== undefined && parts.includes('WEEK(MONDAY)')) {
    const suggestion = closestName(day, WEEKDAYS);
    const days = WEEKDAYS.join(', ');
    const message = `${day.slice(0, 64)} is no day of the week; days are ${days}`;
    return context.report({
      position,
      message,
      found: day,
      expected: days,
      ...(suggestion && { suggestion }),
    });
  }
  const suggestion = closestName(part, parts) ?? OTHER_NAMES[part];
  const isTaken = suggestion !== undefined && parts.includes(suggestion);
  const message = `${part.slice(0, 64)} is no part here; parts are ${expected}`;
  return context.report({ position, message, found: part, expected, ...(isTaken && { suggestion }) });
}

/** Reports a call that is not of the form it must have, unless an argument could not even be read. */
export function reportForm(context: CheckContext, node: CallNode, form: string): null {
  const unread = node.arguments.filter(({ kind }) => kind === 'error');
  for (const argument of unread) context.check(argument);
  return unread.length > 0 ? null : context.report({ position: node.position, message: `write ${form}` });
}

/** A zone as a literal, UTC where there is none; null when it was reported wrong. */
export function checkZone(context: CheckContext, node: SyntaxNode | undefined): string | null {
  if (node === undefined) return 'UTC';
  if (node.kind === 'error') return context.check(node) && null;
  const { position } = node;
  if (node.kind !== 'literal' || typeof node.value !== 'string' || node.type !== 'STRING') {
    const message =
      "a time zone is a string literal, such as 'America/New_York'; it cannot come from a column";
    return context.report({ position, message, expected: 'a string literal' });
  }
  return checkZoneName(context, { name: node.value, position });
}

/** A zone by its name; null when it was reported wrong. */
export function checkZoneName(
  context: CheckContext,
  { name, position }: { readonly name: string; readonly position: number },
): string | null {
  if (zoneOf(name) !== null) return name;
  const found = name.slice(0, 64);
  const suggestion = closestName(found, Intl.supportedValuesOf('timeZone'));
  const message = `${JSON.stringify(found)} is no IANA time zone and no offset; write one such as 'America/New_York' or '+05:30'`;
  return context.report({ position, message, found, ...(suggestion && { suggestion: `'${suggestion}'` }) });
}

/** A format as a literal whose elements are all known; null when it was reported wrong. */
export function checkFormat(
  context: CheckContext,
  node: SyntaxNode,
  elements: Readonly<Record<string, unknown>>,
): string | null {
  if (node.kind === 'error') return context.check(node) && null;
  const { position } = node;
  if (node.kind !== 'literal' || typeof node.value !== 'string' || node.type !== 'STRING') {
    const message = "a format is a string literal, such as '%Y-%m-%d'; it cannot come from a column";
    return context.report({ position, message, expected: 'a string literal' });
  }
  const unknown = elementsOf(node.value).find((element) => !Object.hasOwn(elements, element));
  if (unknown === undefined) return node.value;
  const expected = Object.keys(elements).join(' ');
  const message = `the format element ${JSON.stringify(unknown)} is not one of ${expected}; write %% for a percent sign`;
  return context.report({ position, message, found: unknown, expected });
}

/** A format to read texts by: what it names twice could contradict itself. */
export function checkParseFormat(
  context: CheckContext,
  node: SyntaxNode,
  elements: Readonly<Record<string, unknown>>,
): string | null {
  const format = checkFormat(context, node, elements);
  const seen = new Map<string, string>();
  for (const element of elementsOf(format ?? '')) {
    for (const field of FIELDS[element] ?? []) {
      const earlier = seen.get(field);
      if (earlier !== undefined) {
        const message = `the format names the ${field} twice, by ${earlier} and by ${element}; leave one of them out`;
        return context.report({ position: node.position, message, found: format! });
      }
      seen.set(field, element);
    }
  }
  return format;
}

/** Names that other dialects and spoken language have for parts. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  DOW: 'DAYOFWEEK',
  WEEKDAY: 'DAYOFWEEK',
  DOY: 'DAYOFYEAR',
  MINUTES: 'MINUTE',
  YYYY: 'YEAR',
  YY: 'YEAR',
  MM: 'MONTH',
  DD: 'DAY',
  HH: 'HOUR',
  MI: 'MINUTE',
  SS: 'SECOND',
  MS: 'MILLISECOND',
  US: 'MICROSECOND',
};

const DATE_FIELDS = ['year', 'month', 'day'] as const;
/** What each element of PARSE_DATE and PARSE_TIMESTAMP names, but for what decides alone or nothing. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  '%Y': ['year'],
  '%y': ['year'],
  '%E4Y': ['year'],
  '%m': ['month'],
  '%b': ['month'],
  '%B': ['month'],
  '%h': ['month'],
  '%d': ['day'],
  '%e': ['day'],
  '%j': ['month', 'day'],
  '%F': DATE_FIELDS,
  '%D': DATE_FIELDS,
  '%x': DATE_FIELDS,
  '%H': ['hour'],
  '%k': ['hour'],
  '%I': ['hour'],
  '%l': ['hour'],
  '%p': ['half of the day'],
  '%P': ['half of the day'],
  '%M': ['minute'],
  '%R': ['hour', 'minute'],
  '%T': ['hour', 'minute', 'second'],
  '%X': ['hour', 'minute', 'second'],
  '%S': ['second'],
  '%E*S': ['second'],
  ...Object.fromEntries([0, 1, 2, 3, 4, 5, 6].map((digits) => [`%E${digits}S`, ['second']])),
  '%z': ['offset'],
  '%Ez': ['offset'],
};
