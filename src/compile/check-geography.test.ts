import { describe, expect, it } from 'vitest';
import { checkExpression } from './check.js';
import { compileRowKernel } from './kernel.js';

const scope = new Map([
  ['lon', 'FLOAT64'],
  ['lat', 'FLOAT64'],
  ['name', 'STRING'],
] as const);

function check(text: string) {
  return checkExpression(text, { scope, allow: 'row' });
}

function answerOf(text: string) {
  const checked = check(text);
  if (!('expression' in checked)) throw new Error(checked.problems[0]?.message);
  return compileRowKernel([{ name: 'out', expression: checked.expression }], [])([], null)[0];
}

describe('ST_DISTANCE of two points', () => {
  it.each([
    // What BigQuery itself printed, 8219.632821167155, is some nanometres off (dev.classmethod.jp, 2020).
    [
      'ST_DISTANCE(ST_GEOGPOINT(139.7454316, 35.658584), ST_GEOGPOINT(139.8108103, 35.7100069))',
      8219.632821167681,
    ],
    ['ST_DISTANCE(ST_GEOGPOINT(0, 0), ST_GEOGPOINT(180, 0))', Math.PI * 6_371_010],
    ['ST_DISTANCE(ST_GEOGPOINT(10, 90), ST_GEOGPOINT(-50, -90))', Math.PI * 6_371_010],
    ['ST_DISTANCE(ST_GEOGPOINT(190, 20), ST_GEOGPOINT(-170, 20))', 0],
    ['ST_DISTANCE(ST_GEOGPOINT(0, 0), ST_GEOGPOINT(0, 90.5))', null],
    ['ST_DISTANCE(ST_GEOGPOINT(0, NULL), ST_GEOGPOINT(0, 0))', null],
  ])('%s', (text, expected) => {
    expect(answerOf(text)).toBe(expected);
  });

  it.each([
    ['ST_GEOGPOINT(lon, lat)', 0, 'ST_GEOGPOINT stands only in ST_DISTANCE'],
    ['ST_DISTANCE(ST_GEOGPOINT(lon, lat))', 0, 'ST_DISTANCE takes 2 points, not 1'],
    ['ST_DISTANCE(lon, ST_GEOGPOINT(lon, lat))', 12, 'ST_DISTANCE takes points only'],
    ['ST_DISTANCE(ST_GEOGPOINT(lon, lat), ST_GEOGPOINT(lon))', 36, 'ST_DISTANCE takes points only'],
    [
      'ST_DISTANCE(ST_GEOGPOINT(lon, name), ST_GEOGPOINT(lon, lat))',
      null,
      'argument 2 of ST_DISTANCE is STRING',
    ],
  ])('is refused otherwise: %s', (text, position, message) => {
    const checked = check(text);
    const problem = 'problems' in checked ? checked.problems[0] : undefined;
    expect(problem?.message).toContain(message);
    if (position !== null) expect(problem).toMatchObject({ position });
  });

  it('tells the mistakes of both points at once', () => {
    const checked = check('ST_DISTANCE(ST_GEOGPOINT(x, lat), ST_GEOGPOINT(lon, y))');
    expect('problems' in checked && checked.problems.map(({ found }) => found)).toEqual(['x', 'y']);
  });
});
