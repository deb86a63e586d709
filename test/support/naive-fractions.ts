/** A real number, exactly; `under` is above 0. Nothing is reduced. */
export type Fraction = { readonly over: bigint; readonly under: bigint };

export const plus = (a: Fraction, b: Fraction): Fraction =>
  a.under === b.under
    ? { over: a.over + b.over, under: a.under }
    : { over: a.over * b.under + b.over * a.under, under: a.under * b.under };

export const minus = (a: Fraction, b: Fraction): Fraction => plus(a, { over: -b.over, under: b.under });

export const times = (a: Fraction, b: Fraction): Fraction => ({
  over: a.over * b.over,
  under: a.under * b.under,
});

/** a / b, of a b above 0. */
export const over = (a: Fraction, b: Fraction): Fraction => ({
  over: a.over * b.under,
  under: a.under * b.over,
});

/** A finite double in units of 2^-1074: doubled until it is an integer. */
export function exactOf(x: number): Fraction {
  let [integer, doublings] = [x, 0n];
  for (; !Number.isInteger(integer); integer *= 2) doublings++;
  return { over: BigInt(integer) << (1074n - doublings), under: 1n << 1074n };
}

/** The nearest integer, ties to even. */
export function toNearestEven({ over, under }: Fraction): bigint {
  const doubled = 2n * over + under;
  const rest = ((doubled % (2n * under)) + 2n * under) % (2n * under);
  const floor = (doubled - rest) / (2n * under);
  return rest === 0n && floor % 2n !== 0n ? floor - 1n : floor;
}

/** The nearest double, ties to even, found by halving the range of all doubles; ±Infinity beyond them. */
export function nearestDouble(x: Fraction): number {
  if (x.over < 0n) return -nearestDouble({ over: -x.over, under: x.under });
  // Halfway between the largest double and the next one there would be: from there on it is infinite.
  if (compare(x, { over: 2n ** 1024n - 2n ** 970n, under: 1n }) >= 0) return Number.POSITIVE_INFINITY;
  let [below, above] = [0n, INFINITY];
  while (above - below > 1n) {
    const middle = (below + above) / 2n;
    if (compare(exactOf(ofPattern(middle)), x) <= 0) below = middle;
    else above = middle;
  }
  if (above === INFINITY) return Number.MAX_VALUE;
  const toBelow = minus(x, exactOf(ofPattern(below)));
  const side = compare(toBelow, minus(exactOf(ofPattern(above)), x));
  const isBelow = side < 0 || (side === 0 && below % 2n === 0n);
  return ofPattern(isBelow ? below : above);
}

function compare(a: Fraction, b: Fraction): number {
  const difference = minus(a, b).over;
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** Patterns of positive doubles are in the order of the doubles. */
const INFINITY = 0x7ff0_0000_0000_0000n;

function ofPattern(pattern: bigint): number {
  return new Float64Array(new BigUint64Array([pattern]).buffer)[0]!;
}
