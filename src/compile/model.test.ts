import { describe, expect, it } from 'vitest';
import { FLIGHT_MODEL, FLIGHT_SERVICE, flightModel } from '../../test/support/flight-model.js';
import type { InputDocument, ModelDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { type CompiledFeatureService, compileFeatureService } from './feature-service.js';
import { compileModel } from './model.js';

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

  describe('over a feature service that takes request inputs and computes values', () => {
    const service = compileFeatureService(
      {
        kind: 'FeatureService',
        name: 'flights',
        entries: [{ featureSet: 'weather' }],
        requestInputs: [
          { name: 'distance', type: 'INT64' },
          { name: 'tags', type: 'ARRAY<STRING>' },
        ],
        expressions: [{ name: 'per_mile', expression: 'weather__temp / distance' }],
      },
      1,
      () => FLIGHT_SERVICE.uses[0]!.featureSet,
    );
    const over = (requestInputs: readonly InputDocument[], own: CompiledFeatureService) =>
      compileModel({ document: { ...FLIGHT_MODEL, requestInputs }, version: 1, id: 1, service: own });

    it('sees them, each once', () => {
      const own = { ...service, requestInputs: service.requestInputs.slice(0, 1) };
      const model = over(FLIGHT_MODEL.requestInputs!, own);
      expect(model.inputs.map(({ name }) => name)).toEqual(['origin', 'distance', 'vip']);
      expect(model.transformInputs.map(({ name }) => name).slice(3)).toEqual([
        'weather__temp',
        'weather__sky',
        'per_mile',
      ]);
    });

    it('refuses two types of one input, a name that is a value, and arrays', () => {
      const wrong: readonly InputDocument[] = [
        { name: 'distance', type: 'FLOAT64' },
        { name: 'per_mile', type: 'INT64' },
        { name: 'vip', type: 'BOOL' },
      ];
      expect(() => over(wrong, service)).toThrow(
        expect.objectContaining({
          details: {
            problems: [
              {
                path: '/requestInputs/0/type',
                message: '"distance" is INT64 in feature service "flights", FLOAT64 here; give it one type',
              },
              {
                path: '/requestInputs/1/name',
                message: '"per_mile" is a feature already; drop it here or rename it',
              },
              expect.objectContaining({ path: '/featureService' }),
            ],
          },
        }),
      );
    });
  });
});
