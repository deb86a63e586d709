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
  const turn = isPole ? 0 : shortestTurn(longitude1 % 360, longitude2 % 360);
  const places: Places = { south: latitude1, north: latitude2, turn, turnLow: isPole ? 0 : LOW[0]! };
  if (turn === 0 && latitude1 === latitude2) return 0;
  const result = settled(quickDistance(places), LOW[0]!, QUICK_ERROR);
  return isSettled(result) ? result : exactDistance(places);
}

/** Two latitudes and the size of the difference of longitudes, which is exact, in degrees. */
type Places = {
  readonly south: number;
  readonly north: number;
  readonly turn: number;
  readonly turnLow: number;
};

/** The difference of two longitudes within one turn, from 0 to 180, exactly. */
function shortestTurn(from: number, to: number): number {
  const difference = to - from;
  const low = sumError(to, -from, difference);
  const whole = 360 * Math.round(difference / 360);
  // Exact: a whole turn is between half of the difference and twice of it, or 0.
  const near = difference - whole;
  const turn = near + low;
  const turnLow = sumError(near, low, turn);
  LOW[0] = turn < 0 ? -turnLow : turnLow;
  return Math.abs(turn);
}

/**
 * Of the angle between the places, or beyond a right angle of the one to the antipodes of the second, which is as much smaller
 * as the other is near to π; NaN where it is so small that double-doubles lose their low parts.
 */
function quickDistance(places: Places): number {
  const haversine = quickHaversine(places);
  if (haversine < 0.5) return multiply2(quickAngle(haversine, LOW[0]!), LOW[0]!, DIAMETER, 0);
  const opposite = quickHaversine(antipodes(places));
  const angle = quickAngle(opposite, LOW[0]!);
  const rest = add2(HALF_PI, HALF_PI_LOW, -angle, -LOW[0]!);
  return multiply2(rest, LOW[0]!, DIAMETER, 0);
}

/** The same with the second place on the other side of the globe. */
function antipodes({ south, north, turn, turnLow }: Places): Places {
  const other = 180 - turn;
  const sum = other - turnLow;
  const low = sumError(other, -turnLow, sum) + sumError(180, -turn, other);
  return { south, north: -north, turn: sum, turnLow: low };
}

/** sin²(Δφ/2) + cos φ₁ · cos φ₂ · sin²(Δλ/2). */
function quickHaversine({ south, north, turn, turnLow }: Places): number {
  const difference = north - south;
  const rise = squareOfHalfSine(difference, sumError(north, -south, difference));
  const riseLow = LOW[0]!;
  const across = squareOfHalfSine(turn, turnLow);
  const acrossLow = LOW[0]!;
  const cosine = cosineOfLatitude(south);
  const cosineLow = LOW[0]!;
  const other = cosineOfLatitude(north);
  const cosines = multiply2(cosine, cosineLow, other, LOW[0]!);
  const turned = multiply2(cosines, LOW[0]!, across, acrossLow);
  return add2(turned, LOW[0]!, rise, riseLow);
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

/** sin² of half an angle in degrees, from −180 to 180. */
function squareOfHalfSine(degrees: number, degreesLow: number): number {
  const angle = multiply2(degrees, degreesLow, RADIANS_PER_HALF_DEGREE, RADIANS_LOW);
  const sine = quickSine(reduceAngle(angle, LOW[0]!));
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

function exactDistance({ south, north, turn, turnLow }: Places): number {
  return nearest((wanted) => {
    // The root of the haversine has half of its places.
    const bits = 2 * wanted + SPARE;
    const places = BigInt(bits);
    const fixed = (degrees: number): bigint => {
      const [mantissa, exponent] = partsOf(degrees);
      return shifted(mantissa, exponent + bits);
    };
    const sineAndCosine = (degrees: bigint): readonly [bigint, bigint] =>
      fixedSinCos((degrees * fixedPi(bits)) / (180n << places), bits);
    const rise = sineAndCosine((fixed(north) - fixed(south)) >> 1n)[0];
    const across = sineAndCosine((fixed(turn) + fixed(turnLow)) >> 1n)[0];
    const cosines = (sineAndCosine(fixed(south))[1] * sineAndCosine(fixed(north))[1]) >> places;
    const haversine = (rise * rise + ((cosines * across * across) >> places)) >> places;
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
const QUICK_ERROR = 2 ** -65;
const SPARE = 64;
