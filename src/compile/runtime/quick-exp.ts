import { LOW, powerOfTwo, productError, sumError } from './double-double.js';
import { TABLE_BITS, tableOf } from './double-table.js';
import { fixedExp, fixedLn2 } from './fixed-point.js';

/**
 * e^(high + low) as a double-double times 2^{@link EXPONENT}[0]; relative error below 2^-74, |high| below 746.
 * With n the nearest whole number of steps of ln 2 / 128, it is 2^(n/128) · e^rest, a table entry times a short series.
 */
export function quickExp(high: number, low: number): number {
  const n = reduce(high, low);
  const upper = seriesOfRest();
  const lower = LOW[0]!;
  EXPONENT[0] = n >> 7;
  const power = POWERS[n & 127]!;
  const powerLow = POWERS[(n & 127) + STEPS]!;
  const product = power * upper;
  const sum = power + product;
  const rest =
    product -
    (sum - power) +
    (productError(power, upper, product) + (power * lower + (powerLow * upper + powerLow)));
  const result = sum + rest;
  LOW[0] = rest - (result - sum);
  return result;
}

/** e^(high + low) − 1 as a double-double; relative error below 2^-68, |high| below 700. */
export function quickExpm1(high: number, low: number): number {
  if (Math.abs(high) < HALF_STEP) {
    REST[0] = high;
    REST[1] = low;
    return seriesOfRest();
  }
  const scaledHigh = quickExp(high, low);
  const scale = powerOfTwo(EXPONENT[0]!);
  const power = scaledHigh * scale;
  const sum = power - 1;
  const rest = sumError(power, -1, sum) + LOW[0]! * scale;
  const result = sum + rest;
  LOW[0] = rest - (result - sum);
  return result;
}

/** The power of two that belongs to what {@link quickExp} returned. */
export const EXPONENT = new Int32Array(1);

/** The number of steps; what is left goes to REST. The first two products are exact: 18 bits by 35. */
function reduce(high: number, low: number): number {
  const n = Math.floor(high * STEPS_PER_UNIT + 0.5);
  const near = high - n * STEP_1;
  const middle = n * STEP_2;
  const rest = near - middle;
  const restLow = sumError(near, -middle, rest) + (low - n * STEP_3);
  const upper = rest + restLow;
  REST[0] = upper;
  REST[1] = sumError(rest, restLow, upper);
  return n;
}

/** e^REST − 1 for |REST| up to 2^-8.5: the square is exact, from the cube on doubles suffice. */
function seriesOfRest(): number {
  const r = REST[0]!;
  const low = REST[1]!;
  const square = r * r;
  const half = 0.5 * square;
  const tail = r * square * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040)))));
  const sum = r + half;
  const rest = half - (sum - r) + (tail + (0.5 * productError(r, r, square) + r * low + low));
  const result = sum + rest;
  LOW[0] = rest - (result - sum);
  return result;
}

/** 2^(j/128), each from the last, with bits to spare for what is lost on the way. */
function powersOfStep(): readonly bigint[] {
  const places = BigInt(TABLE_BITS + SPARE);
  const [step] = fixedExp(fixedLn2(TABLE_BITS + SPARE) >> 7n, TABLE_BITS + SPARE);
  const powers = [1n << places];
  while (powers.length < STEPS) powers.push((powers.at(-1)! * step) >> places);
  return powers.map((power) => power >> BigInt(SPARE));
}

const STEPS = 128;
const SPARE = 32;
const POWERS = tableOf(powersOfStep());
/** ln 2 / 128 in three parts, the first two of 35 bits. */
const STEP_1 = 0.005415212347998022;
const STEP_2 = 1.2655086083012853e-13;
const STEP_3 = 3.1258479278239995e-24;
const STEPS_PER_UNIT = 184.6649652337873;
/** Below ln 2 / 256 no step is taken. */
const HALF_STEP = 0.0027;
const REST = new Float64Array(2);
