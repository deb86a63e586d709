import { describe, expect, it } from 'vitest';
import type { Predictor } from '../model/runtime.js';
import { classWeightsOf } from './class-weights.js';
import { scoreSplit } from './scored-split.js';
import type { Targets } from './targets.js';

const targets: Targets = {
  task: 'multiClass',
  classes: ['a', 'b', 'c'],
  outputs: 1,
  scale: null,
  of: (labels) => Float32Array.from(labels),
};

describe('a split that is scored', () => {
  it('has no score that is no number: nothing could be measured by it', async () => {
    const scores = Float32Array.of(0.5, Number.NaN);
    const predictor: Predictor = {
      predict: async () => ({ rows: 2, width: 1, values: scores }),
      isOver: false,
      close: () => undefined,
    };
    const inputs = { rows: 2, width: 1, values: Float32Array.of(1, 3.4e38) };
    const parts = [{ inputs, labels: Float64Array.of(0, 1) }];
    await expect(scoreSplit(predictor, parts, targets)).rejects.toThrow(
      'gives NaN for a row; scale the inputs',
    );
  });
});

describe('balanced class weights', () => {
  const balanced = { classWeights: 'balanced' } as Parameters<typeof classWeightsOf>[0];

  it('weigh a class without rows nothing, and count no row of an unknown one', () => {
    expect(classWeightsOf(balanced, targets, Float32Array.of(0, 0, 0, 1, -1))).toEqual([4 / 6, 2, 0]);
  });
});
