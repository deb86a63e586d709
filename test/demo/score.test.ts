import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auc, calibration, joined, rocCurve, type Scored } from '../../demo/score.js';

const SCORED = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 8 })), {
    minLength: 2,
    maxLength: 60,
  })
  .filter((rows) => new Set(rows.map(([label]) => label)).size === 2)
  .map(
    (rows): Scored => ({
      labels: Uint8Array.from(rows, ([label]) => label),
      predictions: Float64Array.from(rows, ([, score]) => score / 8),
    }),
  );

describe('auc', () => {
  it('is the share of pairs ranked right, ties half', () => {
    fc.assert(
      fc.property(SCORED, (scored) => {
        expect(auc(scored)).toBeCloseTo(byPairs(scored), 12);
      }),
    );
  });

  it('does not depend on how the rows were cut into parts', () => {
    fc.assert(
      fc.property(SCORED, fc.nat(60), (scored, at) => {
        const cut = (from: number, to?: number): Scored => ({
          labels: scored.labels.slice(from, to),
          predictions: scored.predictions.slice(from, to),
        });
        expect(auc(joined([cut(0, at), cut(at)]))).toBe(auc(scored));
      }),
    );
  });
});

describe('rocCurve', () => {
  it('runs from nothing flagged to everything flagged and never falls', () => {
    fc.assert(
      fc.property(SCORED, (scored) => {
        const curve = rocCurve(scored, 5);
        expect(curve[0]).toEqual({ x: 0, y: 0 });
        expect(curve.at(-1)).toEqual({ x: 1, y: 1 });
        curve.slice(1).forEach(({ x, y }, at) => {
          expect(x).toBeGreaterThanOrEqual(curve[at]!.x);
          expect(y).toBeGreaterThanOrEqual(curve[at]!.y);
        });
      }),
    );
  });
});

describe('calibration', () => {
  it('groups equally many rows by rising prediction', () => {
    const scored: Scored = {
      labels: Uint8Array.from([0, 1, 0, 1]),
      predictions: Float64Array.from([0.25, 0.75, 0, 1]),
    };
    expect(calibration(scored, 2)).toEqual([
      { predicted: 0.125, observed: 0, flights: 2 },
      { predicted: 0.875, observed: 1, flights: 2 },
    ]);
  });
});

/** The definition, pair by pair. */
function byPairs({ labels, predictions }: Scored): number {
  let won = 0;
  let pairs = 0;
  labels.forEach((label, late) => {
    labels.forEach((other, punctual) => {
      if (label !== 1 || other !== 0) return;
      pairs += 1;
      won += (Math.sign(predictions[late]! - predictions[punctual]!) + 1) / 2;
    });
  });
  return won / pairs;
}
