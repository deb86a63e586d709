import { sameValue, type Value } from '../../src/definition/value.js';
import { ARRAYS, inUnnest } from './oracle-array.js';
import { BITS } from './oracle-bits.js';
import { CASTS } from './oracle-cast.js';
import { DIGEST } from './oracle-digest.js';
import { DISTANCE } from './oracle-distance.js';
import type { LazyOperation, StrictOperation } from './oracle-kind.js';
import { MATH } from './oracle-math.js';
import { PATTERN } from './oracle-pattern.js';
import { TEXTS } from './oracle-text.js';
import { TIMES } from './oracle-time.js';

const int = (value: Value | undefined): bigint => BigInt(value as bigint);
const float = (value: Value | undefined): number => Number(value);

function onInts(compute: (a: bigint, b: bigint) => Value): StrictOperation {
  return ([a, b]) => compute(int(a), int(b ?? 0n));
}

function onFloats(compute: (a: number, b: number) => Value): StrictOperation {
  return ([a, b]) => compute(float(a), float(b ?? 0));
}

const ARITHMETIC: Readonly<Record<string, StrictOperation>> = {
  add_int64: onInts((a, b) => a + b),
  subtract_int64: onInts((a, b) => a - b),
  multiply_int64: onInts((a, b) => a * b),
  negate_int64: onInts((a) => 0n - a),
  div_int64: onInts((a, b) => (b === 0n ? null : a / b)),
  mod_int64: onInts((a, b) => (b === 0n ? null : a % b)),
  abs_int64: onInts((a) => (a < 0n ? 0n - a : a)),
  sign_int64: onInts((a) => BigInt(Number(a > 0n) - Number(a < 0n))),
  add_float64: onFloats((a, b) => a + b),
  subtract_float64: onFloats((a, b) => a - b),
  multiply_float64: onFloats((a, b) => a * b),
  divide_float64: onFloats((a, b) => a / b),
  negate_float64: onFloats((a) => -a),
  abs_float64: onFloats((a) => (Object.is(a, -0) || a < 0 ? -a : a)),
  sign_float64: onFloats((a) => Number(a > 0) - Number(a < 0)),
  floor_float64: onFloats((a) => Math.floor(a)),
  ceil_float64: onFloats((a) => -Math.floor(-a)),
  trunc_float64: onFloats((a) => (a < 0 || Object.is(a, -0) ? -Math.floor(-a) : Math.floor(a))),
  round_float64: onFloats((a) => withSignOf(a, roundedDecimal(Math.abs(a), 0n))),
  round_float64_digits: ([a, digits]) =>
    int(digits) < -308n ? 0 : withSignOf(float(a), roundedDecimal(Math.abs(float(a)), int(digits))),
  trunc_float64_digits: ([a, digits]) =>
    int(digits) < -308n ? 0 : withSignOf(float(a), cutDecimal(Math.abs(float(a)), int(digits))),
  sqrt_float64: onFloats((a) => Math.sqrt(a)),
};

const COMPARISONS: Readonly<Record<string, StrictOperation>> = {
  equal: ([a, b]) => compare(a!, b!) === 0,
  not_equal: ([a, b]) => compare(a!, b!) !== 0,
  less: ([a, b]) => compare(a!, b!) < 0,
  less_or_equal: ([a, b]) => compare(a!, b!) <= 0,
  greater: ([a, b]) => compare(a!, b!) > 0,
  greater_or_equal: ([a, b]) => compare(a!, b!) >= 0,
  not: ([a]) => a !== true,
  greatest: (values) => values.reduce((best, next) => (compare(next, best) > 0 ? next : best)),
  least: (values) => values.reduce((best, next) => (compare(next, best) < 0 ? next : best)),
};

/** Operations of which NULL in is NULL out, by id. */
export const STRICT: Readonly<Record<string, StrictOperation>> = {
  ...ARITHMETIC,
  ...COMPARISONS,
  ...TEXTS,
  ...CASTS,
  ...TIMES,
  ...MATH,
  ...BITS,
  ...PATTERN,
  ...DIGEST,
  ...ARRAYS,
  ...DISTANCE,
};

/** Operations made for NULL, by id. */
export const LAZY: Readonly<Record<string, LazyOperation>> = {
  and: (thunks) => and(thunks.map((thunk) => thunk())),
  or: (thunks) => not(and(thunks.map((thunk) => not(thunk())))),
  between: ([x, low, high]) => and([atMost(low!(), x!()), atMost(x!(), high!())]),
  in: ([x, ...items]) => not(and(items.map((item) => not(equal(x!(), item()))))),
  in_unnest: ([x, items]) => inUnnest(x!(), items!()),
  is_distinct: ([a, b]) => {
    const [x, y] = [a!(), b!()];
    return x === null || y === null ? x !== y : compare(x, y) !== 0;
  },
  is_null: ([a]) => a!() === null,
  is_true: ([a]) => a!() === true,
  is_false: ([a]) => a!() === false,
  case: (thunks) => {
    for (let i = 0; i + 1 < thunks.length; i += 2) if (thunks[i]!() === true) return thunks[i + 1]!();
    return thunks.at(-1)!();
  },
  case_match: ([x, ...thunks]) => {
    for (let i = 0; i + 1 < thunks.length; i += 2) {
      if (equal(x!(), thunks[i]!()) === true) return thunks[i + 1]!();
    }
    return thunks.at(-1)!();
  },
  coalesce: (thunks) => thunks.map((thunk) => thunk()).find((value) => value !== null) ?? null,
  nullif: ([a, b]) => (equal(a!(), b!()) === true ? null : a!()),
};

function and(values: readonly Value[]): Value {
  if (values.includes(false)) return false;
  return values.includes(null) ? null : true;
}

function not(value: Value): Value {
  return value === null ? null : value !== true;
}

function equal(a: Value, b: Value): Value {
  return a === null || b === null ? null : sameValue(a, b);
}

function atMost(a: Value, b: Value): Value {
  return a === null || b === null ? null : compare(a, b) <= 0;
}

/** Strings by the code points they are made of. */
function compare(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string')
    return compareLists([...a].map(codePoint), [...b].map(codePoint));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareLists([...a], [...b]);
  return Number(a! > b!) - Number(a! < b!);
}

function codePoint(character: string): number {
  return character.codePointAt(0)!;
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((item, index) => item !== b[index]);
  if (at < 0) return a.length - b.length;
  return at < b.length ? a[at]! - b[at]! : 1;
}

/** The exact decimal of a double, as an integer over 10^1074, rounded at a digit. */
function roundedDecimal(size: number, digits: bigint): number {
  if (digits >= 1074n) return size;
  const unit = 10n ** (1074n - digits);
  const scaled = exactOver1074(size);
  const rest = scaled % unit;
  const rounded = scaled - rest + (rest * 2n >= unit ? unit : 0n);
  return Number(`${rounded}e-1074`);
}

/** The same cut off. */
function cutDecimal(size: number, digits: bigint): number {
  if (digits >= 1074n) return size;
  const unit = 10n ** (1074n - digits);
  return Number(`${(exactOver1074(size) / unit) * unit}e-1074`);
}

/** size · 10^1074, exactly: 2^1074 · size is an integer. */
function exactOver1074(size: number): bigint {
  const [mantissa, exponent] = binaryParts(size);
  return mantissa * 2n ** BigInt(exponent + 1074) * 5n ** 1074n;
}

function binaryParts(size: number): [bigint, number] {
  let exponent = 0;
  let mantissa = size;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent--;
  }
  return [BigInt(mantissa), exponent];
}

function withSignOf(sign: number, size: number): number {
  return sign < 0 || Object.is(sign, -0) ? -size : size;
}
