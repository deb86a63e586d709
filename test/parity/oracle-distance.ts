import type { Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';
import {
  arctangent,
  double,
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
  ZERO,
} from './oracle-real.js';

/** Distances of embeddings, as GoogleSQL's reference implementation has them, and of places, by exact geometry. */
export const DISTANCE: Readonly<Record<string, StrictOperation>> = {
  cosine_distance: pairwise((a, b) => {
    const size = Math.sqrt(inOrder(a.map((x) => x * x))) * Math.sqrt(inOrder(b.map((x) => x * x)));
    return size === 0 ? null : 1 - inOrder(a.map((x, at) => x * b[at]!)) / finite(size);
  }),
  euclidean_distance: pairwise((a, b) => Math.sqrt(inOrder(a.map((x, at) => (x - b[at]!) ** 2)))),
  ...ofElements('float64'),
  ...ofElements('int64'),
  great_circle_distance: ([longitude1, latitude1, longitude2, latitude2]) => {
    const [south, north] = [Number(latitude1), Number(latitude2)];
    if (Math.abs(south) > 90 || Math.abs(north) > 90) return null;
    const turn = withoutTurns(minus(oneTurn(Number(longitude2)), oneTurn(Number(longitude1))));
    return double(distance(real(south), real(north), turn));
  },
};

function ofElements(type: string): Readonly<Record<string, StrictOperation>> {
  return {
    [`dot_product_${type}`]: pairwise((a, b) => exact(a.map((x, at) => x * b[at]!))),
    [`manhattan_distance_${type}`]: pairwise((a, b) => exact(a.map((x, at) => Math.abs(x - b[at]!)))),
    [`l1_norm_${type}`]: ([a]) => exact(numbers(a).map(Math.abs)),
    [`l2_norm_${type}`]: ([a]) => Math.sqrt(exact(numbers(a).map((x) => x * x))),
  };
}

function pairwise(compute: (a: readonly number[], b: readonly number[]) => Value): StrictOperation {
  return ([a, b]) => (numbers(a).length === numbers(b).length ? compute(numbers(a), numbers(b)) : null);
}

function numbers(value: Value | undefined): readonly number[] {
  return (value as readonly Value[]).map(Number);
}

function inOrder(terms: readonly number[]): number {
  return terms.reduce((sum, term) => sum + term, 0);
}

function finite(x: number): number {
  return Number.isFinite(x) ? x : Number.NaN;
}

/** As multiples of 2^-1074. */
function exact(terms: readonly number[]): number {
  if (!terms.every(Number.isFinite)) return Number.NaN;
  const total = terms
    .map(real)
    .reduce((sum, [mantissa, exponent]) => sum + (mantissa << BigInt(exponent + 1074)), 0n);
  return Number(`${total * 5n ** 1074n}e-1074`);
}

/** The longitude modulo 360, exactly. */
function oneTurn(longitude: number): Real {
  return real(longitude % 360);
}

function withoutTurns(turn: Real): Real {
  const size = double(turn);
  return size > 180 ? withoutTurns(minus(turn, TURN)) : size < -180 ? withoutTurns(plus(turn, TURN)) : turn;
}

/** 2 R arcsin of half the chord of two places on the unit sphere; the chord's square has no term that cancels. */
function distance(south: Real, north: Real, turn: Real): Real {
  const rise = sineOfHalf(minus(north, south));
  const across = sineOfHalf(turn);
  const cosines = times(cosine(south), cosine(north));
  const square = plus(times(rise, rise), times(cosines, times(across, across)));
  const rest = minus(ONE, square);
  const angle =
    rest[0] <= 0n ? ([pi()[0], pi()[1] - 1] as const) : arctangent(squareRoot(over(square, rest)));
  return times(real(12_742_020), angle);
}

function sineOfHalf(degrees: Real): Real {
  return sineAndCosine(over(times(degrees, pi()), real(360)))[0];
}

const TURN = real(360);

/** 0 at the poles, exactly. */
function cosine(latitude: Real): Real {
  if (Math.abs(double(latitude)) === 90) return ZERO;
  return sineAndCosine(over(times(latitude, pi()), real(180)))[1];
}
