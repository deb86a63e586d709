import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LABEL_SCALERS } from '../definition/document.js';
import { fitLabelScale } from './label-scale.js';

describe('the scale of labels', () => {
  it.each([
    ['of some numbers', [1, 2, 3, 4, 10], 4, Math.sqrt(12.5)],
    ['of constants whose mean is no double', [0.1, 0.1, 0.1], 0.30000000000000004 / 3, 1],
    ['of one label', [7], 7, 1],
    ['whose squares are too large for a double', [1e200, -1e200, 0], 0, 1e200],
    ['whose squares are too small for a double', [1e-200, -1e-200, 0], 0, 1e-200],
    ['whose sum cancels', [1e16, 1, -1e16], 1 / 3, 1e16],
  ])('is mean and deviation of the sample %s', (_, labels, center, spread) => {
    expect(fitLabelScale('STANDARD_SCALER', Float64Array.from(labels))).toEqual({
      function: 'STANDARD_SCALER',
      center,
      spread,
    });
  });

  it('does not depend on the order of labels (S22)', () => {
    const labels = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(labels, fc.constantFrom(...LABEL_SCALERS), (values, scaler) => {
        const [as, reversed] = [values, values.toReversed()].map((each) =>
          fitLabelScale(scaler, Float64Array.from(each)),
        );
        expect(as).toEqual(reversed);
      }),
    );
  });
});
