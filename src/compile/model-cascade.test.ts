import { describe, expect, it } from 'vitest';
import { FLIGHT_MODEL, FLIGHT_SERVICE } from '../../test/support/flight-model.js';
import type { CascadeDocument, ModelDocument } from '../definition/document.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { type CompiledModel, compileModel } from './model.js';

const FOLDED: ModelDocument = {
  ...FLIGHT_MODEL,
  trainer: { kind: 'logisticRegression', folds: { count: 4, labelKnownAfter: '3h' } },
};

function compiled(document: ModelDocument, read: readonly CompiledModel[] = []): CompiledModel {
  const upstreams = read.map((model) => ({ model, trainedVersion: 1 }));
  return compileModel({ document, version: 1, id: 1, service: FLIGHT_SERVICE, upstreams });
}

const DELAY = compiled(FOLDED);

function over(changes: Partial<ModelDocument> = {}): ModelDocument {
  const cascade = [{ alias: 'late', model: 'delay' }];
  return { ...FLIGHT_MODEL, name: 'over', cascade, ...changes };
}

function problems(document: ModelDocument, read: readonly CompiledModel[] = [DELAY]): readonly Problem[] {
  try {
    compiled(document, read);
  } catch (error) {
    if (error instanceof PlumblineError) return error.details.problems!;
    throw error;
  }
  return [];
}

const refused = (cascade: readonly CascadeDocument[], read?: readonly CompiledModel[]) =>
  problems(over({ cascade }), read);

describe('a model that reads another one', () => {
  it('sees its outputs under an alias, with their types', () => {
    const transform = [
      { name: 'risk', expression: 'late__probability * 2' },
      { name: 'is_late', expression: 'IF(late__label, 1, 0)' },
    ];
    const model = compiled(over({ transform }), [DELAY]);
    expect(model.transformInputs.slice(-2)).toEqual([
      { name: 'late__probability', type: 'FLOAT64' },
      { name: 'late__label', type: 'BOOL' },
    ]);
  });

  it('sees the outputs of other tasks too, those that it names', () => {
    const classes = compiled({
      ...FLIGHT_MODEL,
      label: { expression: 'weather__sky', columns: [] },
      trainer: { kind: 'softmaxRegression', folds: { count: 2 } },
    });
    const minutes = compiled({
      ...FLIGHT_MODEL,
      label: { expression: 'distance', columns: [] },
      trainer: { kind: 'linearRegression', folds: { count: 2 } },
    });
    const cascade = [
      { alias: 'sky', model: 'delay', outputs: ['probabilities'] },
      { alias: 'far', model: 'delay' },
    ];
    const { transformInputs } = compiled(over({ cascade }), [classes, minutes]);
    expect(transformInputs.slice(-2)).toEqual([
      { name: 'sky__probabilities', type: 'ARRAY<FLOAT64>' },
      { name: 'far__prediction', type: 'FLOAT64' },
    ]);
  });

  it('does not show them to the label', () => {
    const label = { expression: 'late__probability > 0.5', columns: [] };
    expect(problems(over({ label }))).toMatchObject([{ path: '/label/expression' }]);
  });

  it.each([
    [
      'an alias of the service',
      [{ alias: 'Weather', model: 'delay' }],
      '/cascade/0/alias',
      /is an alias of the feature service already/,
    ],
    [
      'an output that there is not',
      [{ alias: 'late', model: 'delay', outputs: ['prediction'] }],
      '/cascade/0/outputs/0',
      /gives no "prediction"; it gives probability, label$/,
    ],
    [
      'an output twice',
      [{ alias: 'late', model: 'delay', outputs: ['label', 'label'] }],
      '/cascade/0/outputs/1',
      /is there twice/,
    ],
  ] as const)('refuses %s', (_, cascade, path, message) => {
    expect(refused(cascade)).toMatchObject([{ path, message: expect.stringMatching(message) }]);
  });

  it('refuses two models of one alias', () => {
    const cascade = [
      { alias: 'late', model: 'delay' },
      { alias: 'LATE', model: 'delay' },
    ];
    expect(refused(cascade, [DELAY, DELAY])).toMatchObject([{ path: '/cascade/1/alias' }]);
  });

  it('refuses a model without folds, and inputs that it does not have, those of models behind it too', () => {
    const cascade = [{ alias: 'late', model: 'delay' }];
    expect(refused(cascade, [compiled(FLIGHT_MODEL)])).toMatchObject([
      { path: '/cascade/0/model', message: expect.stringContaining('add "trainer.folds" to "delay"') },
    ]);
    const trainer = FOLDED.trainer;
    const transform = [{ name: 'risk', expression: 'late__probability' }];
    const middle = compiled(over({ trainer, transform }), [DELAY]);
    const requestInputs = [{ name: 'distance', type: 'FLOAT64' }] as const;
    const top = {
      cascade: [{ alias: 'over', model: 'over' }],
      requestInputs,
      transform: [{ name: 'r', expression: 'over__probability' }],
    };
    expect(problems(over(top), [middle])).toMatchObject([
      {
        message: expect.stringContaining('distance (request column of INT64); vip (request column of BOOL)'),
      },
    ]);
  });

  it('refuses a tower of more than 8 models', () => {
    let model = DELAY;
    for (let depth = 1; depth <= 8; depth++) model = compiled(over({ trainer: FOLDED.trainer }), [model]);
    expect(problems(over(), [model])).toMatchObject([
      { path: '/cascade/0/model', message: expect.stringContaining('stands on 8 models') },
    ]);
  });
});

describe('folds', () => {
  it('are read with their defaults, apart from the settings of training', () => {
    expect(DELAY.folds).toEqual({ count: 4, labelKnownAfterUs: 10_800_000_000n });
    expect(DELAY.trainer).not.toHaveProperty('folds');
    expect(compiled(FLIGHT_MODEL).folds).toBeNull();
  });

  it.each([1, 21])('cannot be %d', (count) => {
    const trainer = { kind: 'logisticRegression', folds: { count } } as const;
    expect(problems({ ...FLIGHT_MODEL, trainer })).toMatchObject([
      { path: '/trainer/folds/count', message: `is ${count}; it must be a whole number from 2 to 20` },
    ]);
  });
});
