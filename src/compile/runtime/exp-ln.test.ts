import { describe, expect, it } from 'vitest';
import { exp, ln } from './exp-ln.js';

/** A plain generator of doubles of every size (S8: numbers come from a seed). */
function* doubles(count: number): Generator<number> {
  const view = new DataView(new ArrayBuffer(8));
  let state = 1n;
  for (let i = 0; i < count; i++) {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    view.setBigUint64(0, state ^ (state >> 29n));
    const x = view.getFloat64(0);
    if (Number.isFinite(x)) yield x;
  }
}

describe('S8 pinned functions', () => {
  it('LN has the bits of fdlibm, which V8 also has', () => {
    for (const x of doubles(60_000)) {
      const size = Math.abs(x);
      expect(Object.is(ln(size), Math.log(size)) || size).toBe(true);
      const nearOne = 1 + (size % 1) / 2 ** (Math.abs(Math.trunc(x)) % 30);
      expect(Object.is(ln(nearOne), Math.log(nearOne)) || nearOne).toBe(true);
    }
  });

  it('EXP has the bits of fdlibm, which V8 also has', () => {
    for (const x of doubles(60_000)) {
      for (const y of [x, x % 800, x % 2]) {
        expect(Object.is(exp(y), Math.exp(y)) || y).toBe(true);
      }
    }
  });

  it('handles the ends of the range', () => {
    expect([ln(0), ln(-0), ln(-1), ln(1), ln(5e-324)]).toEqual([
      -Infinity,
      -Infinity,
      Number.NaN,
      0,
      Math.log(5e-324),
    ]);
    expect([exp(0), exp(710), exp(-746), exp(-745), exp(1)]).toEqual([1, Infinity, 0, 5e-324, Math.E]);
  });
});
