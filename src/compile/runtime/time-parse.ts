import { daysInMonth, daysOf } from '../../definition/time.js';
import { secondOfLocal, type TimeZone } from '../../definition/time-zone.js';
import { DAY_SECONDS } from './clock.js';
import { dateInRange } from './date-unit.js';
import { TIMESTAMP_STEPS, yearBeforeElement } from './parse-element.js';
import { exactly, isSpace, type Parse, type ParseStep, space } from './parse-step.js';
import { ELEMENT } from './time-format.js';
import { timestampInRange } from './timestamp.js';

/** A format string read once: steps that each take their part of a text, or say that it is not there. */
type TimeParser = readonly ParseStep[];

/** PARSE_DATE; NULL where the text is not of the format, or names no day of the range. */
export function parseDateBy(text: string, format: string): number | null {
  const parse = run(text, timeParserOf(format));
  const days = parse === null ? null : daysOfParse(parse);
  return days === null ? null : dateInRange(days);
}

/** PARSE_TIMESTAMP; an offset that was read comes before the zone. */
export function parseTimestampBy(text: string, format: string, zone: TimeZone): bigint | null {
  const parse = run(text, timeParserOf(format));
  if (parse === null) return null;
  if (parse.epochSecond !== null) return timestampInRange(parse.epochSecond * 1_000_000n);
  const days = daysOfParse(parse);
  if (days === null || parse.second > 60) return null;
  const hour = parse.hour + (parse.isHalfDay && parse.isAfternoon ? 12 : 0);
  const local = days * DAY_SECONDS + hour * 3600 + parse.minute * 60 + parse.second;
  const second = parse.offset === null ? secondOfLocal(zone, local) : local - parse.offset;
  // A leap second is the next minute's first, without a fraction.
  const micros = parse.second === 60 ? 0 : parse.micros;
  return timestampInRange(BigInt(second) * 1_000_000n + BigInt(micros));
}

/** Reads a format once, and keeps it. */
function timeParserOf(format: string): TimeParser {
  const known = PARSERS.get(format);
  if (known !== undefined) return known;
  const steps: ParseStep[] = [];
  let end = 0;
  for (const { 0: part, index } of format.matchAll(ELEMENT)) {
    const isBeforeElement = format[index + part.length] === '%';
    const read = part === '%Y' && isBeforeElement ? [yearBeforeElement] : TIMESTAMP_STEPS[part]!;
    steps.push(...textSteps(format.slice(end, index)), ...read);
    end = index + part.length;
  }
  steps.push(...textSteps(format.slice(end)));
  if (PARSERS.size >= MAX_PARSERS) PARSERS.clear();
  PARSERS.set(format, steps);
  return steps;
}

function textSteps(text: string): readonly ParseStep[] {
  return [...text.matchAll(/[ \t\n\v\f\r]+|[^ \t\n\v\f\r]+/g)].map(([part]) =>
    isSpace(part.charCodeAt(0)) ? space : exactly(part),
  );
}

function run(text: string, parser: TimeParser): Parse | null {
  const parse: Parse = {
    text,
    at: 0,
    year: 1970,
    month: 1,
    day: 1,
    dayOfYear: null,
    hour: 0,
    isHalfDay: false,
    isAfternoon: false,
    minute: 0,
    second: 0,
    micros: 0,
    offset: null,
    epochSecond: null,
  };
  space(parse);
  for (const step of parser) if (!step(parse)) return null;
  space(parse);
  // The reference takes one U+0000 at the end for the end.
  const rest = text.slice(parse.at);
  return rest === '' || rest === '\0' ? parse : null;
}

function daysOfParse({ year, month, day, dayOfYear }: Parse): number | null {
  if (dayOfYear !== null) {
    const first = daysOf(year, 1, 1);
    return dayOfYear <= daysOf(year + 1, 1, 1) - first ? first + dayOfYear - 1 : null;
  }
  return day <= daysInMonth(year, month) ? daysOf(year, month, day) : null;
}

const PARSERS = new Map<string, TimeParser>();
/** Formats are written by people: more of them are held than a registry has. */
const MAX_PARSERS = 1000;
