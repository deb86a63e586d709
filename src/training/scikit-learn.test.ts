import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { calibrated } from '../model/calibration.js';
import { classProbabilities } from '../model/class-probabilities.js';
import type { MultiClassState } from '../model/postprocess.js';
import type { Matrix } from '../model/runtime.js';
import { fitCalibration } from './fit-calibration.js';
import { fitPostprocess } from './fit-postprocess.js';
import { measureBinary, measureClasses, measureQuantity } from './metrics.js';
import type { Targets } from './targets.js';

/** What scikit-learn found for the same numbers; see test/data/README.md. */
const FOUND = JSON.parse(
  readFileSync(new URL('../../test/data/postprocess/scikit-learn.json', import.meta.url), 'utf8'),
);

/** The same of its calibration of several classes. */
const ONE_VS_REST = JSON.parse(
  readFileSync(new URL('../../test/data/postprocess/one-vs-rest.json', import.meta.url), 'utf8'),
);

const { binary, classes, quantity } = FOUND;
const LABELS = Float32Array.from(binary.labels);

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return { rows: rows.length, width: rows[0]!.length, values: Float32Array.from(rows.flat()) };
}

function expectClose(
  found: object,
  expected: Readonly<Record<string, number>>,
  names: readonly string[],
): void {
  for (const name of names) expect(found, name).toHaveProperty(name, expect.closeTo(expected[name]!, 12));
}

describe('metrics are those of scikit-learn', () => {
  it('of two classes', () => {
    const found = measureBinary(LABELS, Float64Array.from(binary.probabilities), binary.threshold);
    expectClose(found, binary, ['auc', 'logLoss', 'brier', 'precision', 'recall']);
  });

  it('of several classes', () => {
    const found = measureClasses(Float32Array.from(classes.targets), classes.probabilities);
    expectClose(found, classes, ['accuracy', 'logLoss', 'macroF1']);
  });

  it('of a quantity', () => {
    const labels = Float64Array.from(quantity.labels);
    const found = measureQuantity(labels, Float64Array.from(quantity.predictions));
    expectClose(found, quantity, ['meanSquaredError', 'meanAbsoluteError', 'r2']);
  });
});

describe('calibration is that of scikit-learn', () => {
  const logits = Float64Array.from(binary.logits);

  // It stops by a looser rule than we do.
  it.each([
    ['platt', 4],
    ['isotonic', 12],
  ] as const)('%s', (method, digits) => {
    const calibration = fitCalibration(method, logits, LABELS);
    const { grid, probabilities } = FOUND[method];
    for (const [place, logit] of grid.entries()) {
      expect(calibrated(calibration, logit, 'logits')).toBeCloseTo(probabilities[place], digits);
    }
  });

  it.each([
    ['platt', 4],
    ['isotonic', 12],
  ] as const)('%s of several classes, each against the rest', (method, digits) => {
    const { logits: scores, labels, grid, ...expected } = ONE_VS_REST;
    const targets: Targets = {
      task: 'multiClass',
      classes: ['a', 'b', 'c', 'd'],
      outputs: 4,
      scale: null,
      of: (each) => Float32Array.from(each),
    };
    // A row of a class that nobody knows changes nothing.
    const validation = {
      scores: matrixOf([...scores, [9, -9, 0, 0]]),
      targets: Float32Array.from([...labels, -1]),
    };
    const asked = { calibration: method, threshold: 0.5, labels: null };
    const state = fitPostprocess(asked, targets, validation, 'logits') as MultiClassState;
    for (const [row, probabilities] of classProbabilities(state, matrixOf(grid)).entries()) {
      for (const [place, probability] of probabilities.entries())
        expect(probability).toBeCloseTo(expected[method][row][place], digits);
    }
  });

  it('never falls, and stays within 0 and 1, beyond what it was fitted on too', () => {
    for (const method of ['platt', 'isotonic'] as const) {
      const calibration = fitCalibration(method, logits, LABELS);
      const found = Array.from({ length: 400 }, (_, i) => calibrated(calibration, (i - 200) / 4, 'logits'));
      expect(found).toEqual([...found].sort((a, b) => a - b));
      expect(found.every((probability) => probability >= 0 && probability <= 1)).toBe(true);
    }
  });

  it('takes a probability as its logit', () => {
    const calibration = fitCalibration('platt', logits, LABELS);
    expect(calibrated(calibration, 0.5, 'probabilities')).toBeCloseTo(
      calibrated(calibration, 0, 'logits'),
      14,
    );
  });
});
