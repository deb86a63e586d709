import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { THRESHOLD_RULES, type ThresholdRule } from '../definition/document.js';
import { chooseThreshold } from './choose-threshold.js';

type Row = { readonly label: number; readonly probability: number };

/** By its definition: every probability that occurs is tried. */
function naive(rule: ThresholdRule, rows: readonly Row[]): number {
  const share = (of: readonly Row[], holds: (row: Row) => boolean): number =>
    of.filter(holds).length / of.length;
  const score = (threshold: number): number => {
    const isTrue = ({ probability }: Row): boolean => probability >= threshold;
    const positives = rows.filter(({ label }) => label === 1);
    const negatives = rows.filter(({ label }) => label === 0);
    switch (rule) {
      case 'maxF1': {
        const hits = positives.filter(isTrue).length;
        return (2 * hits) / (rows.filter(isTrue).length + positives.length);
      }
      case 'maxAccuracy':
        return share(rows, (row) => isTrue(row) === (row.label === 1));
      case 'maxYouden':
        return share(positives, isTrue) - share(negatives, isTrue);
    }
  };
  const candidates = [...new Set(rows.map(({ probability }) => probability))];
  const best = Math.max(...candidates.map(score));
  return Math.max(...candidates.filter((each) => Math.abs(score(each) - best) < 1e-12));
}

describe.each(THRESHOLD_RULES)('a threshold by %s', (rule) => {
  it('is the highest probability that serves best', () => {
    const row = fc.record({ label: fc.nat(1), probability: fc.nat(8).map((eighths) => eighths / 8) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), (rows) => {
        fc.pre(new Set(rows.map(({ label }) => label)).size === 2);
        const probabilities = Float64Array.from(rows, ({ probability }) => probability);
        const labels = Float32Array.from(rows, ({ label }) => label);
        expect(chooseThreshold(rule, { probabilities, labels })).toBe(naive(rule, rows));
      }),
    );
  });
});
