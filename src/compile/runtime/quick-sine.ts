import { LOW, productError, sumError } from './double-double.js';
import { TABLE_BITS, tableOf } from './double-table.js';
import { fixedPi, fixedSinCos, partsOf, shifted } from './fixed-point.js';
import { doubleOf } from './nearest.js';

/**
 * Splits the angle high + low, in radians, into whole steps of π/256 and a rest, which stays behind for {@link quickSine};
 * returns the steps of a turn, 0 to 511. The rest has a relative error below 2^-70.
 */
export function reduceAngle(high: number, low: number): number {
  if (!(Math.abs(high) < LARGE)) return reduceLarge(high);
  const n = Math.floor(high * STEPS_PER_RADIAN + 0.5);
  const near = high - n * STEP_1;
  const second = n * STEP_2;
  const middle = near - second;
  const third = n * STEP_3;
  const rest = middle - third;
  const lost = sumError(near, -second, middle) + sumError(middle, -third, rest) + (low - n * STEP_4);
  const upper = rest + lost;
  REST[0] = upper;
  REST[1] = sumError(rest, lost, upper);
  return n & 511;
}

/**
 * The sine of `steps` · π/256 and the rest of {@link reduceAngle}, as a double-double; 128 steps further it is the cosine.
 * Relative error below 2^-68.
 */
export function quickSine(steps: number): number {
  const at = steps & 511;
  const [r, low] = [REST[0]!, REST[1]!];
  const sin = SINES[at]!;
  const cos = SINES[at + 128]!;
  const square = r * r;
  // sin(rest) = r + sineLow, cos(rest) = 1 + half + cosineLow
  const half = -0.5 * square;
  const sineLow = low + r * square * (-1 / 6 + square * (1 / 120 - square * (1 / 5040)));
  const cosineLow =
    square * square * (1 / 24 - square * (1 / 720 - square * (1 / 40320))) -
    0.5 * productError(r, r, square) -
    r * low;
  const a = cos * r;
  const b = sin * half;
  const first = sin + a;
  const second = first + b;
  const lost =
    a - (first - sin) + (b - (second - first)) + productError(cos, r, a) + productError(sin, half, b);
  const small = SINES[at + COUNT]! * (1 + half) + SINES[at + COUNT + 128]! * r;
  const rest = lost + (cos * sineLow + (sin * cosineLow + small));
  const result = second + rest;
  LOW[0] = rest - (result - second);
  return result;
}

/** The same for angles that the short reduction cannot do, with as many places of π as they need. */
function reduceLarge(x: number): number {
  const [mantissa, exponent] = partsOf(x);
  const bits = TABLE_BITS + Math.max(exponent + 53, 0);
  const step = fixedPi(bits) >> 8n;
  const angle = shifted(mantissa, exponent + bits);
  const doubled = 2n * angle + step;
  const divided = doubled / (2n * step);
  const n = doubled < 0n ? divided - 1n : divided;
  const rest = angle - n * step;
  const high = doubleOf(rest, -bits);
  const [m, e] = partsOf(high);
  REST[0] = high;
  REST[1] = doubleOf(rest - shifted(m, e + bits), -bits);
  return Number(n & 511n);
}

/** sin(j · π/256), each from the last by the addition theorem, with bits to spare for what is lost on the way. */
function sinesOfSteps(): readonly bigint[] {
  const bits = TABLE_BITS + SPARE;
  const places = BigInt(bits);
  const [stepSine, stepCosine] = fixedSinCos(fixedPi(bits) >> 8n, bits);
  let [sine, cosine] = [0n, 1n << places];
  const sines: bigint[] = [];
  while (sines.length < COUNT) {
    sines.push(sines.length % 256 === 0 ? 0n : sine >> BigInt(SPARE));
    [sine, cosine] = [
      (sine * stepCosine + cosine * stepSine) >> places,
      (cosine * stepCosine - sine * stepSine) >> places,
    ];
  }
  return sines;
}

/** Beyond, n would have more than 20 bits, and its products with the steps would be rounded. */
const LARGE = 12_000;
const STEPS_PER_RADIAN = 81.48733086305042;
/** π/256 in four parts, the first of 31 bits and two of 33. */
const STEP_1 = 0.012271846302610356;
const STEP_2 = 4.747734770549973e-13;
const STEP_3 = 1.5798955068055988e-23;
const STEP_4 = 6.623771609663203e-34;
/** A turn and the quarter behind it, for cosines. */
const COUNT = 640;
const SPARE = 32;
const SINES = tableOf(sinesOfSteps());
const REST = new Float64Array(2);
