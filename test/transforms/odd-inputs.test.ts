import { expect, it } from 'vitest';
import { ODD_INPUTS } from './odd-inputs.js';

it.each(ODD_INPUTS)('never NaN, never a crash: $name', ({ run }) => expect(run()).toBeNull());
