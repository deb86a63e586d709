import { expect, it } from 'vitest';
import { FUNCTION_NAMES } from './check-call.js';
import { FOREIGN_FUNCTIONS, refusalOf } from './foreign-function.js';

/** Words of the grammar that stand before a parenthesis too. */
const NOT_FUNCTIONS = ['OFFSET', 'ORDINAL', 'UNNEST'];

const ENTRIES = Object.entries(FOREIGN_FUNCTIONS);

it.each(ENTRIES)('%s is no function here, and %s is', (name, instead) => {
  expect(FUNCTION_NAMES).not.toContain(name);
  expect(refusalOf(name)).toBeNull();
  const written = [...instead.matchAll(/\b([A-Z][A-Z0-9_]*)\(/g)].map(([, called]) => called);
  for (const called of written) expect([...FUNCTION_NAMES, ...NOT_FUNCTIONS]).toContain(called);
});
