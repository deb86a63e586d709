import { describe, expect, it } from 'vitest';
import { LOW } from '../../src/compile/runtime/double-double.js';
import { greatCircle } from '../../src/compile/runtime/great-circle.js';
import { pow } from '../../src/compile/runtime/power.js';
import { quickArctangent } from '../../src/compile/runtime/quick-arctangent.js';
import { EXPONENT, quickExp, quickExpm1 } from '../../src/compile/runtime/quick-exp.js';
import { quickLn } from '../../src/compile/runtime/quick-ln.js';
import { quickSine, reduceAngle } from '../../src/compile/runtime/quick-sine.js';
import { RUNTIME } from '../../src/compile/runtime.js';
import { Random } from '../verify/rows/random.js';
import { DISTANCE } from './oracle-distance.js';
import { MATH } from './oracle-math.js';
import {
  arctangent,
  double,
  exponential,
  logarithm,
  minus,
  ONE,
  over,
  plus,
  type Real,
  real,
  sineAndCosine,
} from './oracle-real.js';

const SPECIAL = [
  0,
  -0,
  5e-324,
  -1e-310,
  2 ** -1022,
  1.7976931348623157e308,
  -1e300,
  1,
  -1,
  2,
  0.5,
  10,
  1000,
  1e22,
  2 ** 53,
  Math.PI,
  Math.PI / 2,
  355,
  709.782712893384,
  -745.1332191019411,
  710.4758600739439,
  2 ** -27,
  2 ** -60,
  20,
  8,
  12_000,
  1 - 2 ** -53,
  1 + 2 ** -52,
];

/** A double of the kinds in which functions have their edges. */
function anyDouble(random: Random): number {
  const sign = random.chance(0.5) ? -1 : 1;
  switch (random.whole(0, 6)) {
    case 0:
      return random.pick(SPECIAL);
    case 1:
      return random.whole(-200, 200) / 4;
    case 2:
      return sign * (1 + sign * 2 ** -random.whole(1, 52));
    case 3:
      return sign * fraction(random) * 750;
    case 4:
      return sign * fraction(random) * 2 ** random.whole(-1070, 1020);
    default:
      return sign * fraction(random) * 2 ** random.whole(-30, 5);
  }
}

/** In [0, 1), with all bits of a double. */
function fraction(random: Random): number {
  return random.next() + random.next() * 2 ** -32;
}

const NAMES = {
  exp_float64: 'exp',
  ln_float64: 'ln',
  log10_float64: 'log10',
  log_float64_base: 'log',
  pow_float64: 'pow',
  cbrt_float64: 'cbrt',
  sin_float64: 'sin',
  cos_float64: 'cos',
  tan_float64: 'tan',
  sec_float64: 'sec',
  csc_float64: 'csc',
  cot_float64: 'cot',
  asin_float64: 'asin',
  acos_float64: 'acos',
  atan_float64: 'atan',
  atan2_float64: 'atan2',
  sinh_float64: 'sinh',
  cosh_float64: 'cosh',
  tanh_float64: 'tanh',
  sech_float64: 'sech',
  csch_float64: 'csch',
  coth_float64: 'coth',
  asinh_float64: 'asinh',
  acosh_float64: 'acosh',
  atanh_float64: 'atanh',
} as const;

describe('S8 pinned functions give the double nearest to the real number', () => {
  it.each(Object.entries(NAMES))('%s', (id, name) => {
    const random = new Random(20_130_701);
    const compute = RUNTIME[name] as (...numbers: readonly number[]) => number;
    for (let i = 0; i < 400; i++) {
      const given = Array.from({ length: compute.length }, () => anyDouble(random));
      const expected = finiteOrNull(MATH[id]!(given, {}));
      expect([given, finiteOrNull(compute(...given))]).toEqual([given, expected]);
    }
  });

  it('powers that lie between two doubles go to the even one', () => {
    for (const [x, y] of [
      [2 ** 27 + 1, 2],
      [134_217_731, 2],
      [2 ** 18 + 1, 3],
      [(2 ** 18 + 1) ** 2, 1.5],
      [0.5, 1075],
    ] as const) {
      const exact = MATH['pow_float64']!([x, y], {});
      expect([x, y, pow(x, y)]).toEqual([x, y, exact]);
    }
  });

  it('great circles, also of neighbours and antipodes', () => {
    const random = new Random(7);
    for (let i = 0; i < 400; i++) {
      const [longitude, latitude] = [fraction(random) * 720 - 360, fraction(random) * 180 - 90];
      const by = (random.chance(0.5) ? -1 : 1) * 2 ** -random.whole(0, 70);
      const other = random.pick([
        [fraction(random) * 360, fraction(random) * 180 - 90],
        [longitude + by, latitude],
        [longitude, latitude * (1 - Math.abs(by))],
        [longitude + 180 + by, -latitude],
        [longitude + 180, -latitude],
        [longitude + (longitude > 0 ? -360 : 360) + by, latitude],
        [longitude + (longitude > 0 ? -180 : 180) + by, -latitude + by],
      ] as const);
      const given = [longitude, latitude, ...other] as const;
      const expected = DISTANCE['great_circle_distance']!(given, {});
      expect([given, greatCircle(...given)]).toEqual([given, expected]);
    }
  });
});

describe('quick functions are as near as their files say', () => {
  const random = new Random(42);
  const numbers = Array.from({ length: 1500 }, () => anyDouble(random)).filter((x) => Math.abs(x) > 2 ** -60);

  it.each<[string, number, (x: number) => readonly [found: Real, exact: Real] | null]>([
    ['quickExp', -74, (x) => within(x, 700, (r) => [scaled(quickExp(x, 0)), exponential(r)])],
    ['quickExpm1', -68, (x) => within(x, 40, (r) => [pair(quickExpm1(x, 0)), expm1(r)])],
    ['quickLn', -68, (x) => (x >= 2 ** -1022 && x !== 1 ? [pair(quickLn(x, 0)), logarithm(real(x))] : null)],
    ['quickSine', -67, (x) => [pair(quickSine(reduceAngle(x, 0))), sineAndCosine(real(x))[0]]],
    [
      'quickSine, of the cosine',
      -67,
      (x) => [pair(quickSine(reduceAngle(x, 0) + 128)), sineAndCosine(real(x))[1]],
    ],
    [
      'quickArctangent',
      -68,
      (x) =>
        within(x, 2 ** 300, (r) => [
          pair(quickArctangent(Math.abs(x), 0, 1, 0)),
          arctangent(x < 0 ? minus(real(0), r) : r),
        ]),
    ],
  ])('%s within 2^%i', (_, bound, compare) => {
    let worst = 0;
    for (const x of numbers) {
      const compared = compare(x);
      if (compared === null) continue;
      const [found, exact] = compared;
      worst = Math.max(worst, Math.abs(double(over(minus(found, exact), exact))));
    }
    expect(Math.log2(worst)).toBeLessThan(bound);
    // A bound that nothing comes near would say little.
    expect(Math.log2(worst)).toBeGreaterThan(bound - 12);
  });
});

function within(
  x: number,
  limit: number,
  compare: (exact: Real) => readonly [Real, Real],
): readonly [Real, Real] | null {
  return Math.abs(x) < limit ? compare(real(x)) : null;
}

function pair(high: number): Real {
  return plus(real(high), real(LOW[0]!));
}

function scaled(high: number): Real {
  const [mantissa, exponent] = pair(high);
  return [mantissa, exponent + EXPONENT[0]!];
}

/** From 2^-60 on the oracle's bits allow the difference. */
function expm1(x: Real): Real {
  return minus(exponential(x), ONE);
}

function finiteOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
