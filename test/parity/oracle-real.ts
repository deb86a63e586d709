/**
 * Real numbers for the oracle: mantissa · 2^exponent with some 256 bits, whatever the size, and functions by their series. `Math`
 * gives first guesses only, which are then corrected.
 */
export type Real = readonly [mantissa: bigint, exponent: number];

export const ZERO: Real = [0n, 0];
export const ONE: Real = [1n, 0];

/** The exact value of a double. */
export function real(x: number): Real {
  let exponent = 0;
  let whole = x;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    exponent--;
  }
  return [BigInt(whole), exponent];
}

/** The nearest double; the last hundred bits count as noise, so that ties are ties. */
export function double([mantissa, exponent]: Real): number {
  const [kept, power] = cut([mantissa, exponent], 156);
  if (kept === 0n) return 0;
  if (power + 156 > 1100) return kept > 0n ? Infinity : -Infinity;
  if (power + 156 < -1200) return kept > 0n ? 0 : -0;
  return power >= 0 ? Number(kept * 2n ** BigInt(power)) : Number(`${kept * 5n ** BigInt(-power)}e${power}`);
}

function negative([mantissa, exponent]: Real): Real {
  return [-mantissa, exponent];
}

export function plus(a: Real, b: Real): Real {
  if (a[0] === 0n) return b;
  if (b[0] === 0n) return a;
  const [high, low] = a[1] + sizeOf(a[0]) >= b[1] + sizeOf(b[0]) ? [a, b] : [b, a];
  // What is 2^-600 of the other does not count.
  if (high[1] + sizeOf(high[0]) - low[1] - sizeOf(low[0]) > 600) return high;
  const exponent = Math.min(a[1], b[1]);
  return cut([(a[0] << BigInt(a[1] - exponent)) + (b[0] << BigInt(b[1] - exponent)), exponent], BITS);
}

export function minus(a: Real, b: Real): Real {
  return plus(a, negative(b));
}

export function times(a: Real, b: Real): Real {
  return cut([a[0] * b[0], a[1] + b[1]], BITS);
}

export function over(a: Real, b: Real): Real {
  const shift = BITS + 8 + sizeOf(b[0]);
  return cut([(a[0] << BigInt(shift)) / b[0], a[1] - b[1] - shift], BITS);
}

function overWhole([mantissa, exponent]: Real, n: number): Real {
  const shift = Math.max(0, BITS - sizeOf(mantissa)) + 32;
  return cut([(mantissa << BigInt(shift)) / BigInt(n), exponent - shift], BITS);
}

/** Heron's, from above. */
export function squareRoot([mantissa, exponent]: Real): Real {
  if (mantissa === 0n) return ZERO;
  const shift = 2 * BITS + Math.abs(exponent % 2);
  const square = mantissa << BigInt(shift);
  let root = 1n << BigInt(Math.ceil(sizeOf(square) / 2) + 1);
  for (let next = (root + square / root) / 2n; next < root; next = (root + square / root) / 2n) root = next;
  return cut([root, (exponent - shift) / 2], BITS);
}

/** The series of e^(x/2^k), squared k times. */
export function exponential(x: Real): Real {
  const k = Math.max(0, x[1] + sizeOf(x[0]) + 8);
  const small: Real = [x[0], x[1] - k];
  let power = series(ONE, (term, n) => overWhole(times(term, small), n));
  for (let i = 0; i < k; i++) power = times(power, power);
  return power;
}

/** ln x of a number above 0: a guess, and what is missing to it by the series of ln(1 + z). */
export function logarithm(x: Real): Real {
  const [mantissa, exponent] = cut(x, 60);
  const guess = real(Math.log(Number(mantissa) * 2 ** -59) + (exponent + 59) * Math.LN2);
  const z = minus(times(x, exponential(negative(guess))), ONE);
  return plus(guess, alternating(z, 1));
}

export function sineAndCosine(x: Real): readonly [sine: Real, cosine: Real] {
  const angle = withinTurn(x);
  const square = negative(times(angle, angle));
  const from = (first: Real, start: number): Real =>
    series(first, (term, n) => overWhole(times(term, square), (2 * n - 1 + start) * (2 * n + start)));
  return [from(angle, 1), from(ONE, 0)];
}

/** arctan t: a guess, and the arctangent of what is missing to it. */
export function arctangent(t: Real): Real {
  const guess = real(Math.atan(double(t)));
  const [sine, cosine] = sineAndCosine(guess);
  const z = over(minus(times(t, cosine), sine), plus(cosine, times(t, sine)));
  return plus(guess, alternating(z, 2));
}

/** π = 20 · arctan(1/7) + 8 · arctan(3/79), Euler's. */
export function pi(bits = BITS + 64): Real {
  const arctan = (over: bigint, under: bigint): bigint => {
    let power = (over << BigInt(bits)) / under;
    let sum = 0n;
    for (let n = 1n; power !== 0n; n += 2n) {
      sum += power / n;
      power = (-power * over * over) / (under * under);
    }
    return sum;
  };
  const known = PIS.get(bits) ?? 20n * arctan(1n, 7n) + 8n * arctan(3n, 79n);
  PIS.set(bits, known);
  return [known, -bits];
}

/** z − z^(1+s)/(1+s) + z^(1+2s)/(1+2s) − … for s = 1 and 2: ln(1 + z) and arctan z. */
function alternating(z: Real, step: 1 | 2): Real {
  const factor = step === 1 ? negative(z) : negative(times(z, z));
  let power = z;
  return series(z, (_, n) => {
    power = times(power, factor);
    return overWhole(power, 1 + n * step);
  });
}

function series(first: Real, next: (term: Real, n: number) => Real): Real {
  let sum = first;
  let term = first;
  for (let n = 1; n < 500; n++) {
    term = next(term, n);
    if (term[0] === 0n || term[1] + sizeOf(term[0]) < sum[1] + sizeOf(sum[0]) - 2 * BITS) break;
    sum = plus(sum, term);
  }
  return sum;
}

/** The same angle from −π to π. */
function withinTurn([mantissa, exponent]: Real): Real {
  if (exponent + sizeOf(mantissa) < 2) return [mantissa, exponent];
  const places = BITS + 64 + Math.max(0, exponent + sizeOf(mantissa));
  const turn = 2n * pi(places)[0];
  const shift = exponent + places;
  const angle = (shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift)) % turn;
  const half = turn / 2n;
  const rest = angle > half ? angle - turn : angle < -half ? angle + turn : angle;
  return cut([rest, -places], BITS);
}

/** With at most so many bits, rounded. */
function cut([mantissa, exponent]: Real, bits: number): Real {
  const extra = sizeOf(mantissa) - bits;
  if (extra <= 0) return [mantissa, exponent];
  const half = 1n << BigInt(extra - 1);
  return [(mantissa + half) >> BigInt(extra), exponent + extra];
}

/** Bits of a mantissa, up to two more. */
function sizeOf(mantissa: bigint): number {
  if (mantissa === 0n) return 0;
  const size = Math.abs(Number(mantissa));
  return size < Infinity ? Math.ceil(Math.log2(size)) + 1 : mantissa.toString(16).length * 4;
}

const BITS = 256;
const PIS = new Map<number, bigint>();
