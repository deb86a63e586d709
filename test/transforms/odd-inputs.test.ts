import { expect, it } from 'vitest';
import { ODD_INPUTS } from './odd-inputs.js';
import { WRONG_TYPES } from './wrong-types.js';

it.each(ODD_INPUTS)('never NaN, never a crash: $name', ({ run }) => expect(run()).toBeNull());

it('takes or refuses request values of every kind for inputs of every type (S4)', () => {
  const wrong = WRONG_TYPES.map(({ name, run }) => [name, run()]).filter(([, problem]) => problem !== null);
  expect(wrong).toEqual([]);
});
