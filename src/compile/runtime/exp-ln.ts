/**
 * LN and EXP as pinned code: the same bits in every JavaScript engine (S8), which `Math.log` and `Math.exp` do not promise.
 * Translated from fdlibm 5.3, e_log.c and e_exp.c: Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
 * Developed at SunPro, a Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is
 * freely granted, provided that this notice is preserved. Both are within 1 ulp; EXP(1) is e, as in FreeBSD's.
 */

/** The natural logarithm: −∞ of 0, NaN of negative numbers. */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  const isSubnormal = x < TWO_M1022;
  VIEW.setFloat64(0, isSubnormal ? x * TWO_54 : x);
  const high = VIEW.getInt32(0);
  const fraction = high & 0xfffff;
  const carry = (fraction + 0x95f64) & 0x100000;
  // x is 2^k · (1 + f) with sqrt(2)/2 < 1 + f < sqrt(2).
  const k = (high >> 20) - 1023 - (isSubnormal ? 54 : 0) + (carry >> 20);
  VIEW.setInt32(0, fraction | (carry ^ 0x3ff00000));
  const f = VIEW.getFloat64(0) - 1;
  return (0xfffff & (2 + fraction)) < 3 ? lnNearOne(f, k) : lnBySeries(f, k, fraction);
}

/** e to the power of x: Infinity and 0 beyond the range. */
export function exp(x: number): number {
  if (!(x <= EXP_OVERFLOW)) return x > 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (x < EXP_UNDERFLOW) return 0;
  VIEW.setFloat64(0, x);
  const high = VIEW.getInt32(0) & 0x7fffffff;
  if (high < 0x3e300000) return 1 + x;
  if (x === 1) return Math.E;
  const k = high > 0x3fd62e42 ? halvings(x, high) : 0;
  const upper = x - k * LN2_HIGH;
  const lower = k * LN2_LOW;
  const rest = k === 0 ? x : upper - lower;
  const t = rest * rest;
  const c = rest - t * (P1 + t * (P2 + t * (P3 + t * (P4 + t * P5))));
  if (k === 0) return 1 - ((rest * c) / (c - 2) - rest);
  return timesPowerOfTwo(1 - (lower - (rest * c) / (2 - c) - upper), k);
}

/** |f| < 2^-20. */
function lnNearOne(f: number, k: number): number {
  if (f === 0) return k === 0 ? 0 : k * LN2_HIGH + k * LN2_LOW;
  const r = f * f * (0.5 - 0.3333333333333333 * f);
  return k === 0 ? f - r : k * LN2_HIGH - (r - k * LN2_LOW - f);
}

function lnBySeries(f: number, k: number, fraction: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (LG2 + w * (LG4 + w * LG6));
  const even = z * (LG1 + w * (LG3 + w * (LG5 + w * LG7)));
  const r = even + odd;
  if (((fraction - 0x6147a) | (0x6b851 - fraction)) > 0) {
    const half = 0.5 * f * f;
    if (k === 0) return f - (half - s * (half + r));
    return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f);
  }
  if (k === 0) return f - s * (f - r);
  return k * LN2_HIGH - (s * (f - r) - k * LN2_LOW - f);
}

/** The k for which |x − k·ln 2| ≤ ln 2 / 2, about. */
function halvings(x: number, high: number): number {
  if (high < 0x3ff0a2b2) return x < 0 ? -1 : 1;
  return Math.trunc(INVERSE_LN2 * x + (x < 0 ? -0.5 : 0.5));
}

function timesPowerOfTwo(y: number, k: number): number {
  if (k >= -1021) return k === 1024 ? y * 2 * 2 ** 1023 : y * 2 ** k;
  return y * 2 ** (k + 1000) * 2 ** -1000;
}

const VIEW = new DataView(new ArrayBuffer(8));
const TWO_54 = 2 ** 54;
const TWO_M1022 = 2 ** -1022;
const EXP_OVERFLOW = 709.782712893384;
const EXP_UNDERFLOW = -745.1332191019411;
const INVERSE_LN2 = Math.LOG2E;
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const LG1 = 0.6666666666666735;
const LG2 = 0.3999999999940942;
const LG3 = 0.2857142874366239;
const LG4 = 0.22222198432149784;
const LG5 = 0.1818357216161805;
const LG6 = 0.15313837699209373;
const LG7 = 0.14798198605116586;
const P1 = 0.16666666666666602;
const P2 = -0.0027777777777015593;
const P3 = 6.613756321437934e-5;
const P4 = -1.6533902205465252e-6;
const P5 = 4.1381367970572385e-8;
