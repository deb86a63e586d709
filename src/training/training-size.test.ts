import { describe, expect, it } from 'vitest';
import { columnOf } from '../definition/column-batch.js';
import type { Architecture } from '../model/architecture.js';
import { HeldRows, requireTrainable } from './training-size.js';

const architecture = (changes: Partial<Architecture> = {}): Architecture => ({
  task: 'binary',
  width: 1024,
  outputs: 1,
  deep: { numbers: Array.from({ length: 1024 }, (_, place) => place), embeddings: [] },
  hiddenLayers: [],
  activation: 'relu',
  wide: null,
  ...changes,
});
const embedded = (size: number): Architecture['deep'] => ({
  numbers: [],
  embeddings: [{ output: 'tail', slot: 0, size, dimension: 16 }],
});

describe('the size of a training', () => {
  it.each([
    ['2 GiB of inputs', architecture({ deep: embedded(3) }), 512 * 1024, null],
    ['a batch of wide layers', architecture({ hiddenLayers: [1024] }), 128 * 1024, 'a batch takes 2049 MiB'],
    ['more inputs', architecture({ deep: embedded(3) }), 512 * 1024 + 1, 'take 2049 MiB; 2048 are the limit'],
    ['a million parameters of an embedding', architecture({ deep: embedded(2 ** 20 - 2) }), 10, null],
    [
      'too many',
      architecture({ deep: embedded(2 ** 20) }),
      10,
      '16777233 parameters; 16777216 are the limit',
    ],
    ['two billion buckets', architecture({ deep: embedded(2 ** 31) }), 10, 'fewer buckets'],
    [
      'a model made elsewhere, whose parameters are its own',
      architecture({ deep: embedded(2 ** 20), imported: { output: null } }),
      10,
      null,
    ],
  ] as const)('takes or refuses %s before it allocates', (_, shape, rows, message) => {
    const check = (): void => requireTrainable(shape, { rows, batchSize: 1_000_000 });
    if (message === null) expect(check).not.toThrow();
    else
      expect(check).toThrow(
        expect.objectContaining({ code: 'TRAINING_FAILED', message: expect.stringContaining(message) }),
      );
  });

  it('counts the rows that are held, texts and lists too', () => {
    const held = new HeldRows();
    const list = Array.from({ length: 2 ** 20 }, () => 1);
    const batch = {
      rowCount: 1,
      columns: new Map([
        ['text', columnOf('STRING', ['a'.repeat(2 ** 20)])],
        ['list', columnOf('ARRAY<FLOAT64>', [list])],
      ]),
    };
    const add = (): void => {
      for (let times = 0; times < 228; times++) held.add(batch);
    };
    expect(() =>
      held.add({ rowCount: 2, columns: new Map([['n', columnOf('INT64', [1n, null])]]) }),
    ).not.toThrow();
    // 9 MiB and two headers each: 227 fit.
    expect(add).toThrow('the rows take more than 2048 MiB');
    expect(() => new HeldRows().add(batch)).not.toThrow();
  });
});
