import { describe, expect, it } from 'vitest';
import { PREPROCESSING } from '../../src/compile/fitted/table.js';
import type { FittedFunctionName } from '../../src/definition/expression.js';
import { EXPANSION_EXAMPLES, exampleResult, GROUPS, transformsPage } from './transforms-page.js';

/** `npx vitest run test/docs -u` writes the page anew. */
describe('docs/transforms.md', () => {
  it('is what the table of preprocessing functions says', async () => {
    await expect(transformsPage()).toMatchFileSnapshot('../../docs/transforms.md');
  });

  it('has every function', () => {
    expect(GROUPS.flatMap(([, names]) => names).sort()).toEqual(Object.keys(PREPROCESSING).sort());
  });

  it.each(Object.keys(PREPROCESSING) as FittedFunctionName[])('has an example of %s that holds', (name) => {
    const { example, about, options } = PREPROCESSING[name];
    expect(example.expression).toContain(`${name}(`);
    expect([about, ...options.map((option) => option.about)].every((text) => text.length > 10)).toBe(true);
    holds(example);
  });

  it.each(EXPANSION_EXAMPLES)('has examples of expansions that hold: $expression', holds);
});

function holds(example: (typeof EXPANSION_EXAMPLES)[number]): void {
  const { slots, rows } = exampleResult(example);
  expect(slots).toEqual(example.slots);
  const rounded = example.rows.map((row) => row.map(Math.fround));
  expect(rows).toEqual(rounded);
}
