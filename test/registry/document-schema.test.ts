import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { DOCUMENT_SCHEMA } from '../../src/registry/document.schema.js';
import { ALL } from './definitions.js';

describe('the published schema of definitions', () => {
  it('is what the code checks by; `vitest -u` writes it anew', async () => {
    const text = `${JSON.stringify(DOCUMENT_SCHEMA, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../schemas/plumbline.schema.json');
  });

  it('is a valid schema that takes every kind of document', () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(DOCUMENT_SCHEMA);
    for (const document of ALL) expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...ALL[0], unknown: 1 })).toBe(false);
  });
});
