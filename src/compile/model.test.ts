import { describe, expect, it } from 'vitest';
import { FLIGHT_MODEL, flightModel } from '../../test/support/flight-model.js';
import type { ModelDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';

const refused = (changes: Partial<ModelDocument>): PlumblineError => {
  try {
    flightModel(changes);
  } catch (error) {
    if (error instanceof PlumblineError) return error;
    throw error;
  }
  throw new Error('it compiled');
};

const problemsOf = (changes: Partial<ModelDocument>) =>
  (refused(changes).details.problems ?? []).map(({ path, message }) => ({ path, message }));

const transformOf = (...expressions: string[]) => ({
  transform: expressions.map((expression, index) => ({ name: `out${index}`, expression })),
});

describe('compileModel', () => {
  it('knows what callers send and what the transform reads', () => {
    const model = flightModel();
    expect(model.inputs).toEqual([
      { name: 'origin', type: 'STRING' },
      { name: 'distance', type: 'INT64' },
      { name: 'vip', type: 'BOOL' },
    ]);
    expect(model.transformInputs.map(({ name }) => name)).toEqual([
      'origin',
      'distance',
      'vip',
      'weather__temp',
      'weather__sky',
    ]);
    expect(model.label.expression.type).toBe('BOOL');
    expect(model.evaluateFromUs).toBe(BigInt(Date.UTC(2013, 9, 1)) * 1000n);
  });

  it('fills in the trainer', () => {
    expect(flightModel({ trainer: { kind: 'logisticRegression' } }).trainer).toEqual({
      kind: 'logisticRegression',
      epochs: 10,
      batchSize: 1024,
      learningRate: 0.01,
      l2: 0,
      seed: 1,
    });
  });

  it('lets the label read features, and the transform no label column', () => {
    const label = { ...FLIGHT_MODEL.label, expression: 'late_minutes > 0 AND weather__temp > 0.0' };
    expect(flightModel({ label }).label.expression.type).toBe('BOOL');
    expect(problemsOf(transformOf('late_minutes'))).toMatchObject([{ path: '/transform/0/expression' }]);
  });

  it.each([
    ['weather__sky', 'is STRING, a model input is a number; encode it with ONE_HOT_ENCODER(…) OVER ()'],
    ['AS_OF()', 'is TIMESTAMP, a model input is a number; take a part with EXTRACT(HOUR FROM …)'],
  ])('refuses the output %s with a remedy', (expression, message) => {
    expect(problemsOf(transformOf('vip', expression))).toEqual([
      { path: '/transform/1/expression', message },
    ]);
  });

  it('names every problem at once', () => {
    const problems = problemsOf({
      requestInputs: [
        { name: 'origin', type: 'STRING' },
        { name: 'weather__temp', type: 'FLOAT64' },
        { name: 'tags', type: 'ARRAY<STRING>' },
      ],
      label: { expression: 'weather__temp', columns: [{ name: 'tags', type: 'STRING' }] },
      transform: [
        { name: 'a', expression: 'weather__temp' },
        { name: 'a', expression: 'weather__temp' },
      ],
      split: { evaluateFrom: 'October' },
      trainer: { kind: 'logisticRegression', epochs: 0, learningRate: 2 },
    });
    expect(problems.map(({ path }) => path)).toEqual([
      '/requestInputs/0/name',
      '/requestInputs/1/name',
      '/label/columns/0/name',
      '/transform/1/name',
      '/requestInputs/2/type',
      '/label/expression',
      '/split/evaluateFrom',
      '/trainer/epochs',
      '/trainer/learningRate',
    ]);
  });

  it('gives an expression that does not parse its own code', () => {
    expect(refused(transformOf('weather__temp +')).code).toBe('INVALID_EXPRESSION');
    expect(refused({ split: { evaluateFrom: '' } }).code).toBe('INVALID_DOCUMENT');
  });

  it('refuses fitted functions in the label', () => {
    const label = { ...FLIGHT_MODEL.label, expression: 'STANDARD_SCALER(late_minutes) OVER () > 0.0' };
    expect(problemsOf({ label })).toMatchObject([{ path: '/label/expression' }]);
  });
});
