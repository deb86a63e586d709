import { expect, it } from 'vitest';
import { compareDocumented, compareTfx } from './documented-answers.js';
import { compareAnswers, TABLES } from './shared-answers.js';

it.each(TABLES)('fitted on the first quarter of $name gives what NumPy gives', async (table) => {
  const { values, differences } = await compareAnswers(table);
  expect(differences).toEqual([]);
  expect(values).toBeGreaterThan(1000);
});

it('gives what the documentation of BigQuery ML says', () => {
  expect(compareDocumented().differences).toEqual([]);
});

it('gives what TFX Transform gives, under its options', () => {
  expect(compareTfx().differences).toEqual([]);
});
