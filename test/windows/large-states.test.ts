import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AggregateName, AggregateParameters } from '../../src/compile/aggregate/aggregate-function.js';
import { AGGREGATES } from '../../src/compile/aggregate/table.js';
import { naiveAggregate } from '../support/naive-aggregates.js';
import { aggregateRows, anyRowsOf } from './any-aggregate.js';
import { addedInOrder, hexOf, mergedInAnyWay } from './merge-in-any-way.js';

/** Numbers that look random and are the same in every run. */
const NUMBERS = Array.from({ length: 6000 }, (_, i) => (i * 7_919 + (i % 13) * 104_729) % 99_991);

const ROWS = NUMBERS.slice(0, 4000).map((value, at) => ({
  value: BigInt((value * value) % 3001) - 100n,
  category: null,
  order: { eventTime: BigInt(value), orderTime: 0n, orderColumn: null, sequence: BigInt(at) },
}));

describe('states of many rows', () => {
  it.each<readonly [AggregateName, AggregateParameters]>([
    ['COUNT_DISTINCT', { max: 7 }],
    ['COUNT_DISTINCT', { max: 100 }],
    ['COUNT_DISTINCT', { max: 10_000 }],
    ['TOP_K', { k: 5, max: 1000 }],
    ['TOP_K', { k: 5, max: 10_000 }],
    ['APPROX_QUANTILE', { q: 0.3, max: 16 }],
    ['APPROX_QUANTILE', { q: 0.99, max: 200 }],
    ['APPROX_COUNT_DISTINCT', {}],
    ['LAST_N', { n: 100 }],
    ['VAR_SAMP', {}],
  ])('S21 S22 %s %j is the same of any parts', (name, parameters) => {
    const aggregate = AGGREGATES[name].make({ type: 'INT64' }, parameters);
    const columns = aggregateRows(ROWS, 'INT64', null);
    const whole = addedInOrder(aggregate, columns);
    const merged = mergedInAnyWay(aggregate, columns, NUMBERS);
    expect(hexOf(aggregate, merged)).toBe(hexOf(aggregate, whole));
    const expected = naiveAggregate(name, { type: 'INT64' }, parameters, ROWS);
    if (name !== 'APPROX_COUNT_DISTINCT') expect(aggregate.finish(merged)).toEqual(expected);
    else expect(Math.abs(Number(aggregate.finish(merged)) / Number(expected) - 1)).toBeLessThan(0.065);
  });
});

/** The same rows 2^45 times. */
const DOUBLINGS = 45;

describe('the same rows again and again', () => {
  it.each([
    ...(['AVG', 'VAR_POP', 'STDDEV_POP', 'MIN', 'MAX'] as const).flatMap((name) =>
      (['INT64', 'FLOAT64'] as const).map((type) => [name, type] as const),
    ),
    ['TOP_K', 'STRING'] as const,
    ['APPROX_QUANTILE', 'FLOAT64'] as const,
  ])('S22 leave %s of %s as it is, exactly, and its state within its bound', (name, type) => {
    const aggregate = AGGREGATES[name].make({ type }, { k: 2, q: 0.5, max: 50 });
    fc.assert(
      fc.property(anyRowsOf(type), (all) => {
        // Larger ones would overflow, and smaller ones be rounded differently, when they are as many.
        const rows = all.filter(({ value }) => typeof value !== 'number' || Math.abs(value) < 1e290);
        const state = addedInOrder(aggregate, aggregateRows(rows, type, null));
        const before = aggregate.finish(state);
        for (let doubling = 0; doubling < DOUBLINGS; doubling++) {
          aggregate.merge(state, aggregate.decode(aggregate.encode(state)));
        }
        expect(aggregate.finish(state)).toEqual(before);
        expect(aggregate.encode(state).length).toBeLessThanOrEqual(aggregate.maxBytes);
      }),
      { numRuns: 15 },
    );
  });

  it('S22 gather beyond 64 bits without a loss', () => {
    const aggregate = AGGREGATES.SUM.make({ type: 'INT64' }, {});
    const rows = aggregateRows(
      [2n ** 63n - 1n, -(2n ** 63n)].map((value) => ({ ...ROWS[0]!, value })),
      'INT64',
      null,
    );
    const state = aggregate.create();
    for (let i = 0; i < 2 ** 22; i++) aggregate.add(state, rows, 0);
    expect(aggregate.finish(state)).toBe(null);
    for (let i = 0; i < 2 ** 22; i++) aggregate.add(state, rows, 1);
    expect(aggregate.finish(state)).toBe(-(2n ** 22n));
  });
});
