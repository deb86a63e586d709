import fc from 'fast-check';
import { formatDate, formatTimestamp } from '../../src/definition/time.js';
import type { Domain, Domains } from './domain-kind.js';
import { HOSTILE } from './values.js';

const integers = HOSTILE.INT64 as fc.Arbitrary<bigint>;
const floats = HOSTILE.FLOAT64 as fc.Arbitrary<number>;
const dates = HOSTILE.DATE as fc.Arbitrary<number>;
const instants = HOSTILE.TIMESTAMP as fc.Arbitrary<bigint>;
const strings = HOSTILE.STRING as fc.Arbitrary<string>;

/** Texts that a cast reads, written in every way that it takes; others come as they do everywhere. */
export const CAST_DOMAINS: Domains = {
  cast_string_bool: of(fc.constantFrom('true', 'false', 'TRUE', 'False', 'tRuE')),
  cast_string_int64: of(
    fc.oneof(
      integers.map(String),
      integers.map((value) => ` ${value}\t`),
      integers.map((value) => (value < 0n ? `-0x${(-value).toString(16)}` : `+0X${value.toString(16)}`)),
    ),
  ),
  cast_string_float64: of(
    fc.oneof(
      floats.map(String),
      floats.map((value) => ` ${value.toExponential(3)} `),
      floats.map((value) => value.toFixed(2)),
    ),
  ),
  cast_string_date: of(
    fc.oneof(
      dates.map(formatDate),
      dates.map((days) => formatDate(days).replaceAll('-0', '-')),
    ),
  ),
  cast_string_timestamp: of(
    fc
      .tuple(instants.map(formatTimestamp), fc.constantFrom('T', ' '), zones())
      .map(([text, between, zone]) => {
        return text.replace('T', between).slice(0, -1) + zone;
      }),
  ),
  cast_bytes_string: of(strings.map((text) => new TextEncoder().encode(text))),
};

function of(argument: NonNullable<Domain['arguments']>[number]): Domain {
  return { arguments: { 0: argument } };
}

function zones(): fc.Arbitrary<string> {
  return fc.constantFrom(
    '',
    'Z',
    'z',
    '+00',
    '-5',
    '+05:45',
    '-1130',
    ' America/New_York',
    ' UTC',
    ' Pacific/Apia',
  );
}
