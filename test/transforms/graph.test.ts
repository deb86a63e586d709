import { describe, expect, it } from 'vitest';
import { GRAPH_OPERATIONS } from '../../src/compile/graph/operation/table.js';
import { graphProblems } from './graph-case.js';
import { excessOf, graphParity } from './graph-parity.js';

/** Every operation of the graph is in some of them. */
const OUTPUTS = 1600;
const SEED = 20_131_004;

describe('S8 the model graph', () => {
  it.each(['cpu', 'wasm'] as const)(
    'gives the rounded values of the kernel on plain tfjs (%s)',
    async (backend) => {
      const report = await graphParity({ seed: SEED, outputs: OUTPUTS, backend });
      expect(report.differences.slice(0, 5).join('\n')).toBe('');
      expect(report.refused).toEqual([]);
      expect(excessOf(report, OUTPUTS)).toEqual([]);
      const carried = Object.entries(GRAPH_OPERATIONS).filter(([, lowering]) => lowering !== null);
      expect(carried.map(([id]) => id).filter((id) => !report.operations.has(id))).toEqual([]);
    },
  );
});

describe('what no graph can carry', () => {
  it.each([
    ['n + 1', '+ (add_int64) of INT64 has no place in a float32 graph; write it over FLOAT64'],
    ["CAST(x AS STRING) = '1'", 'CAST (cast_float64_string) of FLOAT64 has no place in a float32 graph'],
    ['CAST(n AS STRING) = s', '= (equal) compares a string with literals alone there'],
    [
      "CAST(n AS STRING) = '16777216'",
      "the category '16777216' as a number has more than the 24 bits of float32",
    ],
    ['n > 3', '> (greater) of INT64 has no place in a float32 graph; write it over FLOAT64'],
    [
      "LENGTH(s) > 3 OR LOWER(s) = 'a'",
      'LENGTH (length_string) of STRING has no place in a float32 graph; make it a feature',
    ],
    ["IF(f, s, 'a') = s", '= (equal) compares a string with literals alone there'],
    ['x < 1e300', '1e+300 is beyond the range of float32'],
    [
      'MAX_ABS_SCALER(y) OVER (PARTITION BY s)',
      'MAX_ABS_SCALER OVER (PARTITION BY …) has statistics for each key, which a graph does not hold',
    ],
    [
      'EXTRACT(HOUR FROM AS_OF()) > 3 OR f',
      'AS_OF() is a TIMESTAMP; pass what is taken of it as a request input',
    ],
  ])('refuses %s with its place and the remedy', (text, message) => {
    expect(graphProblems(['x', text])).toEqual([
      { path: '/transform/1/expression', message: expect.stringContaining(message) },
    ]);
  });

  it('names the output that was written, once', () => {
    const texts = [
      'POLYNOMIAL_EXPAND(STRUCT(x, y), 3)',
      'LABEL_ENCODER(LOWER(FEATURE_CROSS(STRUCT(s AS a, s AS b, s AS c)))) OVER ()',
    ];
    expect(graphProblems(texts)).toEqual([
      { path: '/transform/1/expression', message: expect.stringContaining('CONCAT') },
    ]);
  });

  it.each(['3.5', 'BUCKETIZE(1.5, [1])', 'LABEL_ENCODER(BUCKETIZE(1.5, [1])) OVER ()'])(
    'refuses a transform that reads nothing: %s',
    (text) => {
      expect(graphProblems([text])).toEqual([
        { path: '/transform/0/expression', message: 'reads no number and no string; a graph needs an input' },
      ]);
    },
  );
});
