import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RUNTIME } from './runtime.js';

describe('the runtime of generated kernels', () => {
  it('holds nothing that neither an operation nor another part of the compiler takes', () => {
    const files = globSync('src/**/*.ts', { exclude: ['**/*.gen.ts', '**/*.test.ts'] });
    const texts = files.map((file) => readFileSync(file, 'utf8'));
    const unused = Object.keys(RUNTIME).filter((name) => {
      const use = new RegExp(`\\brt\\.${name}\\b|import [^;]*\\b${name}\\b[^;]* from|['\`]${name}\\(`);
      const calls = new RegExp(`\\b${name}\\b`, 'g');
      return !texts.some((text) => use.test(text) || (text.match(calls)?.length ?? 0) > 1);
    });
    expect(unused).toEqual([]);
  });
});
