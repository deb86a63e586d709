import { add2, isSettled, LOW, multiply2, settled, sqrt2, sumError } from './double-double.js';
import { fixedArctangent, fixedPi, fixedSinCos, integerRoot, partsOf, shifted } from './fixed-point.js';
import { nearest } from './nearest.js';
import { quickArctangent } from './quick-arctangent.js';
import { quickSine, reduceAngle } from './quick-sine.js';

/**
 * The distance along the sphere in metres of two places in degrees: the double nearest to the real number. NaN for latitudes
 * beyond −90 to 90; longitudes count modulo 360. The radius is BigQuery's and S2's, 6,371,010 m (Yoder, "Astrometric and
 * geodetic properties of Earth and the solar system", 1995).
 */
export function greatCircle(
  longitude1: number,
  latitude1: number,
  longitude2: number,
  latitude2: number,
): number {
  if (!(Math.abs(latitude1) <= 90 && Math.abs(latitude2) <= 90)) return Number.NaN;
  const isPole = Math.abs(latitude1) === 90 || Math.abs(latitude2) === 90;
  const from = isPole ? 0 : longitude1 % 360;
  const to = isPole ? 0 : longitude2 % 360;
  if (latitude1 === latitude2 && (to - from) % 360 === 0) return 0;
  const places: Places = { from, to, south: latitude1, north: latitude2 };
  const result = settled(quickDistance(places), LOW[0]!, QUICK_ERROR);
  return isSettled(result) ? result : exactDistance(places);
}

/** Longitudes and latitudes in degrees. */
type Places = {
  readonly from: number;
  readonly to: number;
  readonly south: number;
  readonly north: number;
};

/**
 * Of the angle between the places, or beyond a right angle of the one to the antipodes of the second, which is as much smaller
 * as the other is near to π; NaN where it is so small that double-doubles lose their low parts.
 */
function quickDistance(places: Places): number {
  const haversine = quickHaversine(places, 0);
  if (haversine < 0.5) return multiply2(quickAngle(haversine, LOW[0]!), LOW[0]!, DIAMETER, 0);
  const { from, to, south, north } = places;
  const opposite = quickHaversine({ from, to, south, north: -north }, QUARTER);
  const angle = quickAngle(opposite, LOW[0]!);
  const rest = add2(HALF_PI, HALF_PI_LOW, -angle, -LOW[0]!);
  return multiply2(rest, LOW[0]!, DIAMETER, 0);
}

/** sin²(Δφ/2) + cos φ₁ · cos φ₂ · sin²(Δλ/2), the last sine this many steps further. */
function quickHaversine({ from, to, south, north }: Places, steps: number): number {
  const rise = squareOfHalfSine(north, south, 0);
  const riseLow = LOW[0]!;
  const across = squareOfHalfSine(to, from, steps);
  const acrossLow = LOW[0]!;
  const cosine = cosineOfLatitude(south);
  const cosineLow = LOW[0]!;
  const other = cosineOfLatitude(north);
  const cosines = multiply2(cosine, cosineLow, other, LOW[0]!);
  const turn = multiply2(cosines, LOW[0]!, across, acrossLow);
  return add2(turn, LOW[0]!, rise, riseLow);
}

/** Half of the angle of a haversine h: arctan(sqrt(h / (1 − h))). */
function quickAngle(haversine: number, low: number): number {
  if (!(haversine > 2 ** -200)) return Number.NaN;
  const rest = 1 - haversine;
  const cosine = sqrt2(rest, sumError(1, -haversine, rest) - low);
  const cosineLow = LOW[0]!;
  const sine = sqrt2(haversine, low);
  return quickArctangent(sine, LOW[0]!, cosine, cosineLow);
}

/** sin² of half the difference of two angles in degrees, so many steps of π/256 further. */
function squareOfHalfSine(a: number, b: number, steps: number): number {
  const difference = a - b;
  const angle = multiply2(difference, sumError(a, -b, difference), RADIANS_PER_HALF_DEGREE, RADIANS_LOW);
  const sine = quickSine(reduceAngle(angle, LOW[0]!) + steps);
  const low = LOW[0]!;
  return multiply2(sine, low, sine, low);
}

/** As the sine of what is missing to 90 degrees, which loses nothing near the poles. */
function cosineOfLatitude(latitude: number): number {
  const size = Math.abs(latitude);
  const missing = 90 - size;
  const missingLow = sumError(90, -size, missing);
  const angle = multiply2(2 * missing, 2 * missingLow, RADIANS_PER_HALF_DEGREE, RADIANS_LOW);
  return quickSine(reduceAngle(angle, LOW[0]!));
}

function exactDistance({ from, to, south, north }: Places): number {
  return nearest((wanted) => {
    // The root of the haversine has half of its places.
    const bits = 2 * wanted + SPARE;
    const places = BigInt(bits);
    const radians = (degrees: bigint): bigint => ((degrees * fixedPi(bits)) >> places) / 180n;
    const fixed = (degrees: number): bigint => {
      const [mantissa, exponent] = partsOf(degrees);
      return shifted(mantissa, exponent + bits);
    };
    const halfSine = (a: number, b: number): bigint =>
      fixedSinCos(radians(fixed(a) - fixed(b)) >> 1n, bits)[0];
    const cosine = (latitude: number): bigint => fixedSinCos(radians(fixed(latitude)), bits)[1];
    const cosines = (cosine(south) * cosine(north)) >> places;
    const haversine =
      (halfSine(north, south) ** 2n + ((cosines * halfSine(to, from) ** 2n) >> places)) >> places;
    const one = 1n << places;
    const angle = angleOf(haversine, one - haversine, bits);
    return [(angle * BigInt(DIAMETER)) >> BigInt(bits - wanted), -wanted];
  });
}

/** arctan(sqrt(a / b)) of numbers that are not negative but for what rounding makes of 0. */
function angleOf(a: bigint, b: bigint, bits: number): bigint {
  const places = BigInt(bits);
  const above = integerRoot((a > 0n ? a : 0n) << places);
  const below = integerRoot((b > 0n ? b : 0n) << places);
  if (above <= below) return fixedArctangent((above << places) / below, bits);
  return (fixedPi(bits) >> 1n) - fixedArctangent((below << places) / above, bits);
}

/** Twice the radius in metres. */
const DIAMETER = 12_742_020;
/** π / 360 */
const RADIANS_PER_HALF_DEGREE = 0.008726646259971648;
const RADIANS_LOW = 1.4743261354350843e-19;
const HALF_PI = Math.PI / 2;
/** What {@link HALF_PI} lacks. */
const HALF_PI_LOW = 6.123233995736766e-17;
/** A quarter turn in steps of π/256. */
const QUARTER = 128;
const QUICK_ERROR = 2 ** -65;
const SPARE = 64;
