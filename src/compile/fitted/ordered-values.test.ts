import fc from 'fast-check';
import { expect, it } from 'vitest';
import { columnOf } from '../../definition/column-batch.js';
import { fraction, percentage } from './fraction.js';
import { OrderedValues } from './ordered-values.js';

const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -32_770, max: 32_770 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -2, max: 2, noNaN: true }),
);

it('has the order statistics of a sorted array, whole numbers or not, merged or not', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), fc.nat(), (values, cut) => {
      const [all, other] = [new OrderedValues(), new OrderedValues()];
      const at = cut % values.length;
      all.addColumn(columnOf('FLOAT64', [null, ...values.slice(at)]));
      all.quantile(fraction(1, 2), 'upper');
      for (const x of values.slice(0, at)) other.addValue(x, 1);
      all.merge(other);
      const sorted = Float64Array.from(values, (x) => x + 0).sort();
      const places = Array.from({ length: values.length }, (_, i) => i + 1);
      const found = places.map((i) => all.quantile(fraction(i, values.length), 'order_statistic'));
      expect(found).toEqual([...sorted]);
      const upper = places.map((i) => all.quantile(fraction(i - 1, values.length), 'upper'));
      expect(upper).toEqual([...sorted]);
    }),
  );
});

it.each([
  [25, 1n, 4n],
  [2.5, 1n, 40n],
  [0.1, 1n, 1000n],
  [99.999, 99_999n, 100_000n],
  [1e-7, 1n, 1_000_000_000n],
  [100, 1n, 1n],
  [0, 0n, 1n],
])('%d per cent is %d / %d', (percent, numerator, denominator) => {
  const share = percentage(percent);
  expect(share.numerator * denominator).toBe(share.denominator * numerator);
});
