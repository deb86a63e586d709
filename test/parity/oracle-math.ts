import type { Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';
import {
  arctangent,
  double,
  exponential,
  logarithm,
  minus,
  ONE,
  over,
  pi,
  plus,
  type Real,
  real,
  sineAndCosine,
  squareRoot,
  times,
} from './oracle-real.js';

/** Powers, logarithms, trigonometry: the real number of the exact argument, rounded to the nearest double. */
export const MATH: Readonly<Record<string, StrictOperation>> = {
  pi: () => double(pi()),
  is_inf: () => false,
  is_nan: () => false,
  exp_float64: on((x) => rounded(x, (r) => growth(r))),
  ln_float64: ofPositive(logarithm),
  log_float64: ofPositive(logarithm),
  log10_float64: ofPositive((r) => over(logarithm(r), logarithm(real(10)))),
  log_float64_base: ([x, base]) => {
    const [a, b] = [Number(x), Number(base)];
    if (a <= 0 || b <= 0 || b === 1) return null;
    return a === 1 ? 0 / Math.log(b) : double(over(logarithm(real(a)), logarithm(real(b))));
  },
  pow_float64: ([x, y]) => power(Number(x), Number(y)),
  cbrt_float64: odd((r) => exponential(over(logarithm(r), real(3)))),
  sin_float64: odd((r) => sineAndCosine(r)[0]),
  cos_float64: on((x) => rounded(x, (r) => sineAndCosine(r)[1])),
  tan_float64: odd((r) => ratio(sineAndCosine(r))),
  sec_float64: on((x) => rounded(x, (r) => over(ONE, sineAndCosine(r)[1]))),
  csc_float64: unlessZero(odd((r) => over(ONE, sineAndCosine(r)[0]))),
  cot_float64: unlessZero(odd((r) => over(ONE, ratio(sineAndCosine(r))))),
  asin_float64: withinOne(odd(arcsine)),
  acos_float64: withinOne(on((x) => (x === 1 ? 0 : rounded(x, (r) => minus(half(pi()), arcsine(r)))))),
  atan_float64: odd(arctangent),
  atan2_float64: ([y, x]) => angle(Number(y), Number(x)),
  sinh_float64: odd(hyperbolicSine),
  cosh_float64: on((x) => rounded(Math.abs(x), hyperbolicCosine)),
  tanh_float64: odd((r) => over(hyperbolicSine(r), hyperbolicCosine(r))),
  sech_float64: on((x) => rounded(Math.abs(x), (r) => over(ONE, hyperbolicCosine(r)))),
  csch_float64: unlessZero(odd((r) => over(ONE, hyperbolicSine(r)))),
  coth_float64: unlessZero(odd((r) => over(hyperbolicCosine(r), hyperbolicSine(r)))),
  asinh_float64: odd((r) =>
    inverse(r, (square) => logarithm(plus(r, squareRoot(plus(square, ONE)))), 'asinh'),
  ),
  acosh_float64: on((x) => {
    if (x < 1) return null;
    return x === 1 ? 0 : rounded(x, (r) => logarithm(plus(r, squareRoot(minus(times(r, r), ONE)))));
  }),
  atanh_float64: on((x) => {
    if (Math.abs(x) >= 1) return null;
    return mirrored(x, (r) => inverse(r, () => half(logarithm(over(plus(ONE, r), minus(ONE, r)))), 'atanh'));
  }),
  range_bucket: ([x, bounds]) => {
    const list = [...(bounds as readonly Value[])];
    const isAscending = list.every((bound, at) => at === 0 || order(list[at - 1]!, bound) <= 0);
    return isAscending ? BigInt(list.filter((bound) => order(bound, x!) <= 0).length) : null;
  },
};

function on(compute: (x: number) => Value): StrictOperation {
  return ([x]) => compute(Number(x));
}

/** A logarithm: that of 1 is 0, exactly. */
function ofPositive(compute: (r: Real) => Real): StrictOperation {
  return on((x) => (x <= 0 ? null : x === 1 ? 0 : rounded(x, compute)));
}

/** A function with f(−x) = −f(x). */
function odd(compute: (size: Real) => Real): StrictOperation {
  return on((x) => mirrored(x, compute));
}

function mirrored(x: number, compute: (size: Real) => Real): number {
  if (x === 0) return x;
  const size = rounded(Math.abs(x), compute);
  return x < 0 ? -size : size;
}

function unlessZero(operation: StrictOperation): StrictOperation {
  return (values, parameters) => (Number(values[0]) === 0 ? null : operation(values, parameters));
}

function withinOne(operation: StrictOperation): StrictOperation {
  return (values, parameters) => (Math.abs(Number(values[0])) <= 1 ? operation(values, parameters) : null);
}

function rounded(x: number, compute: (r: Real) => Real): number {
  return double(compute(real(x)));
}

/** e^x; what is beyond every double is cut down to what still is. */
function growth(x: Real): Real {
  const size = double(x);
  return exponential(size > 800 ? real(800) : size < -800 ? real(-800) : x);
}

function power(x: number, y: number): Value {
  if (y === 0 || x === 1) return 1;
  const isWhole = Number.isInteger(y);
  if (x < 0 && !isWhole) return null;
  const size = x === 0 ? powerOfZero(y) : powerOfSize(Math.abs(x), y);
  const isOdd = isWhole && Math.abs(y % 2) === 1;
  return size !== null && isOdd && Object.is(Math.sign(x) * 0, -0) ? -size : size;
}

function powerOfSize(x: number, y: number): number {
  return x === 1 ? 1 : double(growth(times(logarithm(real(x)), real(y))));
}

function powerOfZero(y: number): number | null {
  return y < 0 ? null : 0;
}

function angle(y: number, x: number): number {
  const isLeft = x < 0 || Object.is(x, -0);
  const isBelow = y < 0 || Object.is(y, -0);
  const size = [real(Math.abs(y)), real(Math.abs(x))] as const;
  const steep = y !== 0 && x === 0 ? half(pi()) : null;
  const acute = steep ?? (y === 0 ? real(0) : arctangent(over(size[0], size[1])));
  const turned = double(isLeft && steep === null ? minus(pi(), acute) : acute);
  return isBelow ? -turned : turned;
}

function arcsine(x: Real): Real {
  const other = squareRoot(minus(ONE, times(x, x)));
  return other[0] === 0n ? times(x, half(pi())) : arctangent(over(x, other));
}

/** The series below 1, where e^x − e^-x cancels. */
function hyperbolicSine(x: Real): Real {
  if (double(x) < 1) {
    let sum = x;
    let term = x;
    for (let n = 2; n < 80; n += 2) {
      term = over(times(term, times(x, x)), real(n * (n + 1)));
      sum = plus(sum, term);
    }
    return sum;
  }
  const up = growth(x);
  return half(minus(up, over(ONE, up)));
}

function hyperbolicCosine(x: Real): Real {
  const up = growth(x);
  return half(plus(up, over(ONE, up)));
}

/** The first terms of the series below 2^-30, where the logarithm cancels. */
function inverse(x: Real, closed: (square: Real) => Real, name: 'asinh' | 'atanh'): Real {
  const square = times(x, x);
  if (double(x) > 2 ** -30) return closed(square);
  const [third, fifth] = name === 'asinh' ? [over(ONE, real(-6)), over(real(3), real(40))] : THIRD_AND_FIFTH;
  return times(x, plus(ONE, times(square, plus(third, times(square, fifth)))));
}

function half(x: Real): Real {
  return [x[0], x[1] - 1];
}

function ratio([above, below]: readonly [Real, Real]): Real {
  return over(above, below);
}

function order(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  return Number(a! > b!) - Number(a! < b!);
}

const THIRD_AND_FIFTH = [over(ONE, real(3)), over(ONE, real(5))] as const;
