/** Takes its part of a text, or says that it is not there. */
export type ParseStep = (parse: Parse) => boolean;

/** Where in the text a parse is, and what it has read; what no element gives is that of 1970-01-01 00:00:00. */
export type Parse = {
  readonly text: string;
  at: number;
  year: number;
  month: number;
  day: number;
  dayOfYear: number | null;
  hour: number;
  isHalfDay: boolean;
  isAfternoon: boolean;
  minute: number;
  second: number;
  micros: number;
  offset: number | null;
  epochSecond: bigint | null;
};

/** White space of ASCII, or none. */
export function space(parse: Parse): boolean {
  while (isSpace(parse.text.charCodeAt(parse.at))) parse.at++;
  return true;
}

/** Whether a code unit is white space of ASCII. */
export function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** This very text. */
export function exactly(text: string): ParseStep {
  return (parse) => {
    if (!parse.text.startsWith(text, parse.at)) return false;
    parse.at += text.length;
    return true;
  };
}

/** Decimal digits, at least one and at most `width`, of a number from `least` to `most`. */
export function number(
  width: number,
  [least, most]: Range,
  set: (parse: Parse, value: number) => void,
): ParseStep {
  return (parse) => {
    let value = 0;
    const end = digitsEnd(parse, width);
    for (let at = parse.at; at < end; at++) value = value * 10 + parse.text.charCodeAt(at) - ZERO;
    if (end === parse.at || value < least || value > most) return false;
    parse.at = end;
    set(parse, value);
    return true;
  };
}

/**
 * The numbers of elements that stand for several, and of some others: white space before them, and as many digits as could
 * still give a number up to `most`. Source: NetBSD, strptime.c, conv_num.
 */
export function looseNumber([least, most]: Range, set: (parse: Parse, value: number) => void): ParseStep {
  return (parse) => {
    space(parse);
    const end = digitsEnd(parse, String(most).length);
    const from = parse.at;
    let value = 0;
    while (parse.at < end && (parse.at === from || value * 10 <= most)) {
      value = value * 10 + parse.text.charCodeAt(parse.at++) - ZERO;
    }
    if (parse.at === from || value < least || value > most) return false;
    set(parse, value);
    return true;
  };
}

type Range = readonly [least: number, most: number];

/** Where the decimal digits from here end, of at most `width`. */
export function digitsEnd({ text, at }: Parse, width: number): number {
  let end = at;
  while (end < at + width && text.charCodeAt(end) >= ZERO && text.charCodeAt(end) <= ZERO + 9) end++;
  return end;
}

/** A name or its first three letters, whatever their case. */
export function name(names: readonly string[], set: (parse: Parse, index: number) => void): ParseStep {
  const known = names.map((each) => each.toLowerCase());
  return (parse) => {
    const rest = parse.text.slice(parse.at, parse.at + LONGEST_NAME).toLowerCase();
    const index = known.findIndex((each) => rest.startsWith(each.slice(0, 3)));
    if (index < 0) return false;
    parse.at += rest.startsWith(known[index]!) ? known[index]!.length : 3;
    set(parse, index);
    return true;
  };
}

/** `.` and digits, of which six count; nothing at all is no fraction. */
export function fraction(width: number): ParseStep {
  return (parse) => {
    if (width === 0 || parse.text[parse.at] !== '.') return true;
    parse.at++;
    const end = digitsEnd(parse, width);
    if (end === parse.at) return false;
    parse.micros = Number(parse.text.slice(parse.at, Math.min(end, parse.at + 6)).padEnd(6, '0'));
    parse.at = end;
    return true;
  };
}

/**
 * `+HH`, `+HHMM` and, with a separator, `+HH:MM` and `Z`. A single digit where minutes could be counts as them and is read
 * again by what follows. Source: cctz, time_zone_format.cc, ParseOffset.
 */
export function offset(separator: ':' | ''): ParseStep {
  const isZulu = (text: string, at: number): boolean => separator !== '' && text[at] === 'Z';
  return (parse) => {
    const { text, at } = parse;
    if (isZulu(text, at)) {
      parse.at++;
      parse.offset = 0;
      return true;
    }
    const hours = /^[+-]\d\d$/.test(text.slice(at, at + 3)) ? Number(text.slice(at + 1, at + 3)) : 24;
    if (hours > 23) return false;
    const from = at + 3 + Number(separator !== '' && text[at + 3] === separator);
    const minutes = /^[0-5]?\d/.exec(text.slice(from, from + 2))?.[0] ?? '';
    parse.at = minutes.length === 2 ? from + 2 : at + 3;
    const total = hours * 60 + Number(minutes);
    parse.offset = (text[at] === '-' ? -total : total) * 60;
    return total <= MAX_OFFSET_MINUTES;
  };
}

/** At most 12 characters, the sign among them; -0 is no number. */
export function epochSecond(parse: Parse): boolean {
  const digits = /^-?\d+/.exec(parse.text.slice(parse.at, parse.at + EPOCH_WIDTH))?.[0];
  if (digits === undefined || /^-0+$/.test(digits)) return false;
  parse.at += digits.length;
  parse.epochSecond = BigInt(digits);
  return true;
}

/** `am` or `pm`, whatever its case. */
export function halfDay(parse: Parse): boolean {
  const word = parse.text.slice(parse.at, parse.at + 2).toLowerCase();
  if (word !== 'am' && word !== 'pm') return false;
  parse.at += 2;
  parse.isAfternoon = word === 'pm';
  return true;
}

const ZERO = 0x30;
const LONGEST_NAME = 9;
const EPOCH_WIDTH = 12;
const MAX_OFFSET_MINUTES = 14 * 60;
