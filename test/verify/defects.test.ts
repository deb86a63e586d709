import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { brokenFile } from './defect.js';
import { suites } from './suites.js';

// `npm run verify -- NAME --defects` takes hours, and code that changes may leave a defect without its place.
describe.each(Object.entries(suites(1)))('seeded defects of %s', (_suite, checks) => {
  it.each(checks.map((check) => [check.name, check] as const))('%s has its place', async (_name, check) => {
    const text = await readFile(brokenFile(check), 'utf8');
    expect(text.split(check.defect.find)).toHaveLength(2);
    expect(check.defect.replace).not.toBe(check.defect.find);
  });
});
