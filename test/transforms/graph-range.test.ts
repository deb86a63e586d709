import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothVectors, graphProblems } from './graph-case.js';
import { type GraphRow, graphRow, outputText } from './graph-texts.js';

const LARGEST = Math.fround((2 - 2 ** -23) * 2 ** 127);

const rowOf = (x: number | null): GraphRow => ({ x, y: 1, n: 0n, f: true, s: 'a' });
const rowsOf = (...numbers: readonly (number | null)[]): readonly GraphRow[] => numbers.map(rowOf);

const extreme = fc.option(
  fc.constantFrom(0, -0, 1, -0.1, 5e-324, 1e-310, 1e-40, 1e-38, 1e20, -1e37, 3.4e38, -3.5e38, 1e300, -1e308),
);
const extremeRow = fc.record({
  x: extreme,
  y: extreme,
  n: fc.option(fc.constantFrom(0n, -1n, 2n ** 24n + 1n, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n)),
  f: fc.option(fc.boolean()),
  s: fc.option(fc.constantFrom('a', '', '3')),
});

/** Far from edges, so that both sides give the same: beyond float32, tiny, NULL. */
const ROWS = rowsOf(0, -0, 2.5, 7, 1e36, -1e36, 1e39, -1e39, 1e308, 1e-300, null);

describe('S8 numbers at the ends of float32', () => {
  it.each([
    ['x'],
    ['MIN_MAX_SCALER(x) OVER ()'],
    ['MIN_MAX_SCALER(x, clamp => FALSE) OVER () > 1.5'],
    ['STANDARD_SCALER(x) OVER () > 1e6'],
    ['BUCKETIZE(x, [-3.5, 0.5, 4, 1e30])'],
    ['x > 1e37 OR x < -1e37'],
    ['ABS(x) > 5.0'],
    ["IMPUTER(x, 'median') OVER ()"],
  ])('%s is what the kernel gives', async (text) => {
    const { kernel, graph } = await bothVectors([text], { training: rowsOf(-4, 1, 3, 6), rows: ROWS });
    expect(graph.length).toBe(kernel.length);
    graph.forEach((value, at) => {
      expect(Math.abs(value - kernel[at]!)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(kernel[at]!)));
    });
  });

  it.each([
    ...['TRUNC', 'ROUND', 'SIGN', 'CBRT', 'FLOOR', 'CEIL', 'ABS', 'SQRT', '-'].map((name) => `${name}(x)`),
    ...['SIN', 'TAN', 'ASIN', 'ATAN', 'SINH', 'TANH', 'ASINH', 'ATANH'].map((name) => `${name}(x)`),
    ...['GREATEST', 'LEAST', 'COALESCE', 'NULLIF', 'POW'].map((name) => `${name}(x, 0.0)`),
    ...[
      'ROUND(x, 1)',
      'TRUNC(x, 1)',
      'ROUND(x, -1)',
      'x + 0.0',
      'x * 2.0',
      'x / 2.0',
      '0.0 - x',
      'LN(x + 1.0)',
    ],
  ])('keeps the sign of zero in %s', async (text) => {
    const rows = rowsOf(0, -0, 0.02, -0.02, 0.3, -0.3);
    const { kernel, graph } = await bothVectors([`ATAN2(0.0, ${text})`], { training: rows, rows });
    graph.forEach((value, at) => {
      expect(value, `row ${at}`).toBeCloseTo(kernel[at]!, 5);
    });
  });

  it('gives no NaN and no infinity, whatever the row', async () => {
    const texts = fc.sample(outputText, { seed: 7, numRuns: 280 });
    const training = fc.sample(graphRow, { seed: 7, numRuns: 20 });
    const rows = fc.sample(extremeRow, { seed: 7, numRuns: 60 });
    let seen = 0;
    for (let from = 0; from < texts.length; from += 7) {
      const some = ['x', ...texts.slice(from, from + 7)];
      if (graphProblems(some, training).length > 0) continue;
      const { kernel, graph } = await bothVectors(some, { training, rows });
      expect(graph.length).toBe(kernel.length);
      expect(graph.findIndex((value) => !Number.isFinite(value))).toBe(-1);
      seen += some.length;
    }
    expect(seen).toBeGreaterThan(texts.length * 0.9);
  });

  it('tells whole numbers as categories apart, and none of others', async () => {
    const categories = [1n, 2n, -3n, 0n, 16_777_215n];
    const rows = [...categories, 3n, -1n, 16_777_216n, 16_777_217n, 2n ** 53n + 1n, -(2n ** 63n), null];
    const batch = (numbers: readonly (bigint | null)[]): readonly GraphRow[] =>
      numbers.map((n) => ({ ...rowOf(1), n }));
    const texts = [
      "ONE_HOT_ENCODER(CAST(n AS STRING), 'none', 10, 1) OVER ()",
      "LABEL_ENCODER(COALESCE(CAST(n AS STRING), '0'), 10, 1) OVER ()",
      "CAST(n AS STRING) IN ('2', '02', '-3')",
    ];
    const { kernel, graph } = await bothVectors(texts, { training: batch(categories), rows: batch(rows) });
    expect(graph).toEqual(kernel);
  });

  it('makes of what leaves float32 the largest and not the mean', async () => {
    const { kernel, graph } = await bothVectors(['STANDARD_SCALER(x) OVER ()'], {
      training: rowsOf(1e-3, 2e-3, 3e-3),
      rows: rowsOf(3e38, -3e38),
    });
    expect(kernel).toEqual([LARGEST, -LARGEST]);
    expect(graph).toEqual(kernel);
  });

  it.each([
    ['STANDARD_SCALER(x) OVER ()', [1e-50, 2e-50], /^the scale [0-9.]+e-51 is beyond the range of float32/],
    ['MAX_ABS_SCALER(x) OVER ()', [1e-40, 2e-42], /^the scale 1e-40 is beyond/],
    ['MIN_MAX_SCALER(x) OVER ()', [0, 1e60], /^the scale 1e\+60 is beyond/],
    ['MIN_MAX_SCALER(x) OVER ()', [1e39, 1.0000001e39], /^the centre 1e\+39 is beyond/],
    ['ROBUST_SCALER(x) OVER ()', [1, 1e200], /^the scale 1e\+200 is beyond/],
    ["IMPUTER(x, 'mean') OVER ()", [1e-60], /^what replaces NULL, 1e-60 is beyond/],
    ['BUCKETIZE(x, [0, 1e40])', [1], /^the boundary 1e\+40 is beyond/],
    ['RANGE_BUCKET(x, [0.0, 1e40])', [1], /takes bounds of the range of float32$/],
    ['x / 1e-60', [1], /^the literal 1e-60 is beyond/],
  ])('refuses %s of %j', (text, numbers, message) => {
    expect(graphProblems(['y', text], rowsOf(...numbers))).toEqual([
      { path: '/transform/1/expression', message: expect.stringMatching(message) },
    ]);
  });
});
