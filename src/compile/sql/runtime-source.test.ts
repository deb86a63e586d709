import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RUNTIME_SOURCE_PATH, runtimeSource } from '../../../scripts/runtime-source.js';
import { RUNTIME } from '../runtime.js';
import { RUNTIME_DECLARATIONS, RUNTIME_ENTRIES } from './runtime-source.gen.js';

describe('the runtime as text', () => {
  it('is that of the files it is generated from (else run: npm run check -- --only generated-files --write)', () => {
    expect(readFileSync(RUNTIME_SOURCE_PATH, 'utf8') === runtimeSource()).toBe(true);
  });

  it('has an entry for all that kernels call, and knows what it names', () => {
    expect(Object.keys(RUNTIME_ENTRIES)).toEqual(expect.arrayContaining(Object.keys(RUNTIME)));
    const names = RUNTIME_DECLARATIONS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const used = [...Object.values(RUNTIME_ENTRIES), ...RUNTIME_DECLARATIONS.flatMap(({ uses }) => uses)];
    expect(names).toEqual(expect.arrayContaining([...new Set(used)]));
  });
});
