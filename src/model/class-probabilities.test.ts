import { describe, expect, it } from 'vitest';
import type { Calibration } from './calibration.js';
import { classProbabilities, logOdds } from './class-probabilities.js';
import type { Matrix } from './runtime.js';

const rowOf = (...scores: number[]): Matrix => ({
  rows: 1,
  width: scores.length,
  values: Float32Array.from(scores),
});
const SAME: Calibration = { kind: 'platt', slope: 1, intercept: 0 };
const NEVER: Calibration = { kind: 'isotonic', logits: [0], probabilities: [0] };

describe('the logits of classes against the rest', () => {
  it.each([
    ['alike', [0, 0, 0], [-Math.log(2), -Math.log(2), -Math.log(2)]],
    ['two', [1, -1], [2, -2]],
    ['one far ahead, to the last digit', [40, 0, 0], [40 - Math.log(2), -40, -40]],
    ['beyond what a power holds', [2000, 0, -2000], [2000, -2000, -4000]],
  ])('of %s', (_, scores, expected) => {
    const [odds] = logOdds('logits', rowOf(...scores));
    odds!.forEach((logit, place) => {
      expect(logit).toBeCloseTo(expected[place]!, 10);
    });
  });

  it('of probabilities are finite at 0 and 1', () => {
    const [odds] = logOdds('probabilities', rowOf(1, 0, 0.5));
    expect(odds!.every(Number.isFinite)).toBe(true);
    expect(odds![2]).toBe(0);
  });
});

describe('calibrated probabilities of classes', () => {
  it.each([
    ['those of the model where calibration changes nothing', [SAME, SAME, SAME], [1, 0.5, -2]],
    ['equal where no class is likely at all', [NEVER, NEVER, NEVER], [1, 0.5, -2]],
  ])('are %s', (_, calibration, scores) => {
    const [found] = classProbabilities({ scores: 'logits', calibration }, rowOf(...scores));
    const [plain] = classProbabilities({ scores: 'logits' }, rowOf(...scores));
    found!.forEach((probability, place) => {
      expect(probability).toBeCloseTo(calibration[0] === SAME ? plain![place]! : 1 / 3, 14);
    });
  });

  it('leave nothing to a class that never was', () => {
    const [found] = classProbabilities(
      { scores: 'logits', calibration: [SAME, SAME, NEVER] },
      rowOf(1, 1, 9),
    );
    expect(found).toEqual([0.5, 0.5, 0]);
  });
});
