import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaUnderCurve, logLoss, measureBinary } from './metrics.js';

const auc = (labels: number[], scores: number[]): number =>
  areaUnderCurve(Float32Array.from(labels), Float64Array.from(scores));

describe('areaUnderCurve', () => {
  it.each([
    [[0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 0.75],
    [[0, 1], [0.1, 0.9], 1],
    [[0, 1], [0.9, 0.1], 0],
    [[0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5], 0.5],
    [[0, 1, 1], [0.5, 0.5, 0.7], 0.75],
  ])('of labels %j and scores %j is %d', (labels, scores, expected) => {
    expect(auc(labels, scores)).toBe(expected);
  });

  it('counts pairs', () => {
    const rows = fc.array(fc.record({ label: fc.nat(1), score: fc.nat(9) }), { minLength: 2 });
    fc.assert(
      fc.property(rows, (chosen) => {
        const positives = chosen.filter(({ label }) => label === 1);
        const negatives = chosen.filter(({ label }) => label === 0);
        fc.pre(positives.length > 0 && negatives.length > 0);
        const wins = positives
          .flatMap((p) => negatives.map((n) => (Math.sign(p.score - n.score) + 1) / 2))
          .reduce((total, win) => total + win, 0);
        const labels = chosen.map(({ label }) => label);
        const scores = chosen.map(({ score }) => score);
        expect(auc(labels, scores)).toBe(wins / (positives.length * negatives.length));
      }),
    );
  });
});

describe('logLoss', () => {
  it('is the mean negative log likelihood', () => {
    const loss = logLoss(Float32Array.of(1, 0), Float64Array.of(0.75, 0.5));
    expect(loss).toBeCloseTo((-Math.log(0.75) - Math.log(0.5)) / 2, 15);
  });

  it('stays finite for certain and wrong', () => {
    expect(logLoss(Float32Array.of(1, 0), Float64Array.of(0, 1))).toBeCloseTo(-Math.log(1e-15), 1);
  });
});

it('measureBinary counts rows and positives', () => {
  expect(measureBinary(Float32Array.of(1, 0, 1), Float64Array.of(0.9, 0.2, 0.8), 0.85)).toMatchObject({
    rows: 3,
    positives: 2,
    auc: 1,
    precision: 1,
    recall: 0.5,
  });
});
