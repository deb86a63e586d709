import { describe, expect, it } from 'vitest';
import { checkExpression } from '../../src/compile/check.js';
import { compileRowKernel } from '../../src/compile/kernel.js';
import { OPERATIONS, type OperationId } from '../../src/compile/operation/table.js';
import type { Value } from '../../src/definition/value.js';
import { exampleCall, FAMILIES, languagePage } from './language-page.js';

/** `npx vitest run test/docs -u` writes the page anew. */
describe('docs/language.md', () => {
  it('is what the operation table says', async () => {
    await expect(languagePage()).toMatchFileSnapshot('../../docs/language.md');
  });

  it('has every operation', () => {
    const documented = FAMILIES.flatMap(([, family]) => Object.keys(family));
    expect(documented.sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it.each(Object.keys(OPERATIONS) as OperationId[])('says what %s does, with an example that holds', (id) => {
    const { about, example } = OPERATIONS[id];
    expect(about?.length ?? 0, 'about').toBeGreaterThan(10);
    expect(exampleCall(id), 'an example that calls it').not.toBeNull();
    expect(typedValue(example![0])).toStrictEqual(typedValue(example![1]));
  });
});

function typedValue(text: string): { readonly type: string; readonly value: Value } {
  const checked = checkExpression(text, { scope: new Map(), allow: 'row' });
  if (!('expression' in checked)) throw new Error(`${text}: ${checked.problems[0]?.message}`);
  const { expression } = checked;
  const [value] = compileRowKernel([{ name: 'value', expression }], [])([], null);
  return { type: expression.type, value: value! };
}
