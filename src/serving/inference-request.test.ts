import { describe, expect, it } from 'vitest';
import { valueAt } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import type { Value } from '../definition/value.js';
import type { ValueType } from '../definition/value-type.js';
import { parseInferenceRequest } from './inference-request.js';

const OUTPUTS = ['probability', 'label'];

const SIGNATURE = {
  inputs: [
    { name: 'origin', type: 'STRING' },
    { name: 'distance', type: 'INT64' },
  ],
  outputs: OUTPUTS,
} as const;

const ORIGIN = { name: 'origin', shape: [2], datatype: 'BYTES', data: ['JFK', 'EWR'] };
const DISTANCE = { name: 'distance', shape: [2], datatype: 'INT64', data: [1, 2] };

const valuesOf = (type: ValueType, datatype: string, data: readonly unknown[]): Value[] => {
  const input = { name: 'x', shape: [data.length], datatype, data };
  const { inputs } = parseInferenceRequest(
    { inputs: [input] },
    { inputs: [{ name: 'x', type }], outputs: OUTPUTS },
  );
  return data.map((_, row) => valueAt(inputs.columns.get('x')!, row));
};

const refusal = (body: unknown): { code: string; path: unknown; message: string } => {
  try {
    parseInferenceRequest(body, SIGNATURE);
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    return { code: error.code, path: error.details.path, message: error.message };
  }
  throw new Error('it was accepted');
};

describe('an inference request', () => {
  it('is a batch of typed rows', () => {
    const request = parseInferenceRequest({ id: 'a-1', inputs: [DISTANCE, ORIGIN] }, SIGNATURE);
    expect(request.id).toBe('a-1');
    expect(request.outputs).toEqual(['probability', 'label']);
    expect(request.inputs.rowCount).toBe(2);
    expect(valueAt(request.inputs.columns.get('distance')!, 1)).toBe(2n);
  });

  it.each([
    ['BOOL', 'BOOL', [true, false], [true, false]],
    [
      'INT64',
      'INT64',
      [1, -5, 9007199254740993n, '-9223372036854775808'],
      [1n, -5n, 9007199254740993n, -(2n ** 63n)],
    ],
    ['FLOAT64', 'FP64', [0.5, -0, 3, 'NaN'], [0.5, -0, 3, null]],
    ['STRING', 'BYTES', ['', '😀'], ['', '😀']],
    ['BYTES', 'BYTES', ['AP8='], [new Uint8Array([0, 255])]],
    ['TIMESTAMP', 'BYTES', ['1970-01-01T00:00:01Z'], [1_000_000n]],
    ['DATE', 'BYTES', ['1970-01-02'], [1]],
    ['INT64', 'INT64', [null], [null]],
  ] as const)('takes %s as %s without loss', (type, datatype, data, expected) => {
    expect(valuesOf(type, datatype, data)).toEqual(expected);
  });

  it('takes a column as [n, 1], flat or nested', () => {
    const matrix = { ...DISTANCE, shape: [2, 1] };
    for (const data of [
      [1, 2],
      [[1], [2]],
    ]) {
      const { inputs } = parseInferenceRequest({ inputs: [ORIGIN, { ...matrix, data }] }, SIGNATURE);
      expect(inputs.columns.get('distance')!.values).toEqual(BigInt64Array.of(1n, 2n));
    }
  });

  it('gives the outputs that it names, in its order', () => {
    const outputs = [{ name: 'vector' }, { name: 'probability', parameters: {} }];
    const request = parseInferenceRequest({ inputs: [ORIGIN, DISTANCE], outputs }, SIGNATURE);
    expect(request.outputs).toEqual(['vector', 'probability']);
  });

  it.each([
    ['no object', [], ''],
    ['no inputs', {}, '/inputs'],
    ['an unknown member', { inputs: [ORIGIN, DISTANCE], extra: 1 }, '/extra'],
    ['an id that is no text', { id: 7, inputs: [ORIGIN, DISTANCE] }, '/id'],
    ['parameters that are no object', { parameters: 1, inputs: [ORIGIN, DISTANCE] }, '/parameters'],
    ['a missing input', { inputs: [ORIGIN] }, '/inputs'],
    [
      'an unknown input',
      { inputs: [ORIGIN, DISTANCE, { ...DISTANCE, name: 'weather__temp' }] },
      '/inputs/2/name',
    ],
    ['an input twice', { inputs: [ORIGIN, DISTANCE, DISTANCE] }, '/inputs/2/name'],
    ['an input without a name', { inputs: [{}] }, '/inputs/0/name'],
    [
      'an unknown member of an input',
      { inputs: [{ ...ORIGIN, dtype: 'BYTES' }, DISTANCE] },
      '/inputs/0/dtype',
    ],
    ['another datatype', { inputs: [ORIGIN, { ...DISTANCE, datatype: 'INT32' }] }, '/inputs/1/datatype'],
    ['no datatype', { inputs: [ORIGIN, { ...DISTANCE, datatype: undefined }] }, '/inputs/1/datatype'],
    ['a shape of two columns', { inputs: [ORIGIN, { ...DISTANCE, shape: [1, 2] }] }, '/inputs/1/shape'],
    ['a shape of nothing', { inputs: [ORIGIN, { ...DISTANCE, shape: [] }] }, '/inputs/1/shape'],
    ['no rows', { inputs: [{ ...ORIGIN, shape: [0], data: [] }, DISTANCE] }, '/inputs/0/shape'],
    ['a broken shape', { inputs: [ORIGIN, { ...DISTANCE, shape: [1.5] }] }, '/inputs/1/shape'],
    [
      'more data than the shape says',
      { inputs: [ORIGIN, { ...DISTANCE, data: [1, 2, 3] }] },
      '/inputs/1/data',
    ],
    ['data that is no array', { inputs: [ORIGIN, { ...DISTANCE, data: 1 }] }, '/inputs/1/data'],
    [
      'data nested in a flat shape',
      { inputs: [ORIGIN, { ...DISTANCE, data: [[1], [2]] }] },
      '/inputs/1/data/0',
    ],
    ['inputs of two lengths', { inputs: [ORIGIN, { ...DISTANCE, shape: [1], data: [1] }] }, '/inputs'],
    ['a fraction as INT64', { inputs: [ORIGIN, { ...DISTANCE, data: [1, 2.5] }] }, '/inputs/1/data/1'],
    ['text as INT64', { inputs: [ORIGIN, { ...DISTANCE, data: [1, 'two'] }] }, '/inputs/1/data/1'],
    ['a number as STRING', { inputs: [{ ...ORIGIN, data: ['JFK', 1] }, DISTANCE] }, '/inputs/0/data/1'],
    ['an unknown output', { inputs: [ORIGIN, DISTANCE], outputs: [{ name: 'score' }] }, '/outputs/0/name'],
    ['outputs that are names only', { inputs: [ORIGIN, DISTANCE], outputs: ['vector'] }, '/outputs/0'],
    [
      'an output twice',
      { inputs: [ORIGIN, DISTANCE], outputs: [{ name: 'vector' }, { name: 'vector' }] },
      '/outputs',
    ],
  ])('with %s is refused', (_, body, path) => {
    expect(refusal(body)).toMatchObject({ code: 'INVALID_REQUEST', path });
  });

  it('of too many rows is TOO_LARGE', () => {
    expect(refusal({ inputs: [{ ...ORIGIN, shape: [10_001] }, DISTANCE] })).toMatchObject({
      code: 'TOO_LARGE',
    });
  });

  it('tells which inputs there are', () => {
    expect(refusal({ inputs: [ORIGIN] }).message).toContain('origin (STRING), distance (INT64)');
  });
});
