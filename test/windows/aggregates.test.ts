import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Aggregate } from '../../src/compile/aggregate/aggregate.js';
import type { AggregateName, AggregateParameters } from '../../src/compile/aggregate/aggregate-function.js';
import { perCategory } from '../../src/compile/aggregate/per-category.js';
import { AGGREGATES } from '../../src/compile/aggregate/table.js';
import { ColumnBuilder, valueAt } from '../../src/definition/column-batch.js';
import type { Value } from '../../src/definition/value.js';
import type { ScalarType } from '../../src/definition/value-type.js';
import { compared, naiveAggregate } from '../support/naive-aggregates.js';
import {
  AGGREGATE_CASES,
  type AggregateCase,
  type AnyRow,
  aggregateRows,
  anyRowsOf,
} from './any-aggregate.js';
import { addedInOrder, chances, hexOf, mergedInAnyWay } from './merge-in-any-way.js';

const made = ({ name, argument, parameters }: AggregateCase): Aggregate =>
  AGGREGATES[name].make(argument, parameters);

describe.each(AGGREGATE_CASES)('$title', (each) => {
  const { name, argument, parameters } = each;
  const aggregate = made(each);

  it('S21 S22 is the same value and the same bytes of any order, split and merge, and within its bound', () => {
    fc.assert(
      fc.property(anyRowsOf(argument?.type ?? null), chances, (rows, numbers) => {
        const columns = aggregateRows(rows, argument?.type ?? null, null);
        const whole = addedInOrder(aggregate, columns);
        const merged = mergedInAnyWay(aggregate, columns, numbers);
        const value = aggregate.finish(merged);
        expectNear(name, value, naiveAggregate(name, argument, parameters, rows));
        expect(value).toEqual(aggregate.finish(whole));
        expect(finishedInto(aggregate, merged)).toEqual(value);
        expect(hexOf(aggregate, merged)).toBe(hexOf(aggregate, whole));
        const bytes = aggregate.encode(merged);
        expect(aggregate.finish(aggregate.decode(bytes))).toEqual(value);
        expect(hexOf(aggregate, aggregate.decode(bytes))).toBe(hexOf(aggregate, whole));
        expect(bytes.length).toBeLessThanOrEqual(aggregate.maxBytes);
      }),
      { numRuns: 40 },
    );
  });

  it('has a value of the type that the table says', () => {
    expect(aggregate.type).toBe(AGGREGATES[name].resultType(argument?.type ?? null));
  });
});

/** The value in a row of a column, behind one that stays as it is. */
function finishedInto(aggregate: Aggregate, state: unknown): Value {
  const builder = new ColumnBuilder(aggregate.type, 2);
  aggregate.finishInto(state, builder, 1);
  const column = builder.finish();
  expect(column.valid?.[0] ?? 1).toBe(1);
  return valueAt(column, 1);
}

/** A sketch may be off by a few where hashes share a register. */
function expectNear(name: string, value: Value, expected: Value): void {
  if (name !== 'APPROX_COUNT_DISTINCT') expect(value).toEqual(expected);
  else expect(Math.abs(Number(value) - Number(expected))).toBeLessThanOrEqual(3);
}

describe('perCategory (S21)', () => {
  it.each(AGGREGATE_CASES.filter((each) => !made(each).type.startsWith('ARRAY')))(
    '$title: a value per category, NULL of more than max',
    (each) => {
      fc.assert(
        fc.property(
          anyRowsOf(each.argument?.type ?? null),
          chances,
          fc.integer({ min: 1, max: 7 }),
          (rows, numbers, max) => {
            const aggregate = perCategory(made(each), 'STRING', max);
            const columns = aggregateRows(rows, each.argument?.type ?? null, 'STRING');
            const merged = mergedInAnyWay(aggregate, columns, numbers);
            const whole = addedInOrder(aggregate, columns);
            expect(hexOf(aggregate, merged)).toBe(hexOf(aggregate, whole));
            expect(aggregate.encode(merged).length).toBeLessThanOrEqual(aggregate.maxBytes);
            const expected = naiveByCategory(each, rows, max);
            expect(aggregate.finishCategories(merged)).toEqual(
              expected?.map(([category]) => category) ?? null,
            );
            if (each.name === 'APPROX_COUNT_DISTINCT') return;
            expect(aggregate.finish(merged)).toEqual(expected?.map(([, value]) => value) ?? null);
          },
        ),
        { numRuns: 15 },
      );
    },
  );
});

function naiveByCategory(
  { name, argument, parameters }: AggregateCase,
  rows: readonly AnyRow[],
  max: number,
): readonly (readonly [Value, Value])[] | null {
  const whole = rows.filter(({ category }) => category !== null && String(category).length <= 1024);
  const counted = whole.filter(({ value }) => argument === null || value !== null);
  const categories = [...new Set(counted.map(({ category }) => category))].sort(compared);
  if (categories.length > max) return null;
  return categories
    .map((category) => {
      const own = counted.filter((row) => row.category === category);
      return [category, naiveAggregate(name, argument, parameters, own)] as const;
    })
    .filter(([, value]) => value !== null);
}

/** The value of some values, each newer than the one before it. */
function valueOfAll(
  { name, argument, parameters }: Omit<AggregateCase, 'title'>,
  values: readonly Value[],
): Value {
  const aggregate = AGGREGATES[name].make(argument, parameters);
  const rows = values.map((value, at) => ({
    value,
    category: null,
    order: { eventTime: BigInt(at), orderTime: 0n, orderColumn: null, sequence: 0n },
  }));
  return aggregate.finish(addedInOrder(aggregate, aggregateRows(rows, argument!.type, null)));
}

/** Too long to be kept as it is. */
const LONG = new Uint8Array(33);

describe('values worth seeing', () => {
  it.each<readonly [AggregateName, ScalarType, AggregateParameters, readonly Value[], Value]>([
    ['SUM', 'FLOAT64', {}, [1e16, 1, -1e16], 1],
    ['SUM', 'FLOAT64', {}, Array<number>(10).fill(0.1), 1],
    ['SUM', 'FLOAT64', {}, [Number.MAX_VALUE, Number.MAX_VALUE], null],
    ['SUM', 'FLOAT64', {}, [Number.MAX_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE], Number.MAX_VALUE],
    ['SUM', 'FLOAT64', {}, [1, 2 ** -53], 1],
    ['SUM', 'FLOAT64', {}, [1, 2 ** -53, 5e-324], 1 + 2 ** -52],
    ['SUM', 'FLOAT64', {}, [5e-324, -1, -(2 ** -53)], -1],
    ['SUM', 'FLOAT64', {}, [-5e-324, -1, -(2 ** -53)], -1 - 2 ** -52],
    ['SUM', 'FLOAT64', {}, [-0], 0],
    ['SUM', 'INT64', {}, [2n ** 63n - 1n, 1n], null],
    ['SUM', 'INT64', {}, [2n ** 63n - 1n, 1n, -1n], 2n ** 63n - 1n],
    ['AVG', 'INT64', {}, [2n ** 63n - 1n, 2n ** 63n - 1n], 2 ** 63],
    ['STDDEV_POP', 'FLOAT64', {}, [0.1, 0.1, 0.1], 0],
    ['VAR_SAMP', 'INT64', {}, [7n], null],
    ['MIN', 'STRING', {}, ['\uffff', '😀'], '\uffff'],
    ['APPROX_QUANTILE', 'INT64', { q: 0.5, max: 500 }, [5n, 1n, 1000n, 3n], 3],
    ['APPROX_QUANTILE', 'FLOAT64', { q: 0, max: 2 }, [1, -1, 7, -1e300], 0],
    ['COUNT_DISTINCT', 'BYTES', { max: 9 }, [LONG, hash('sha256', LONG, 'buffer')], 2n],
    ['TOP_K', 'STRING', { k: 2, max: 3 }, ['b', 'a', 'c', 'c'], ['c', 'a']],
    ['TOP_K', 'STRING', { k: 2, max: 2 }, ['b', 'a', 'c', 'c'], null],
  ])('S21 S22 %s of %s, row %#', (...row) => {
    const [name, type, parameters, values, expected] = row;
    expect(valueOfAll({ name, argument: { type }, parameters }, values)).toEqual(expected);
  });

  it.each([
    ['COUNT', 0n],
    ['COUNT_DISTINCT', 0n],
    ['APPROX_COUNT_DISTINCT', 0n],
    ['LAST_N', []],
    ['TOP_K', []],
    ['SUM', null],
    ['AVG', null],
    ['APPROX_QUANTILE', null],
  ] as const)('S21 %s of nothing', (name, expected) => {
    const parameters = { n: 1, k: 1, q: 0.5, max: 16 };
    expect(valueOfAll({ name, argument: { type: 'FLOAT64' }, parameters }, [null])).toEqual(expected);
  });
});

const FIRST_ROW: AnyRow = {
  value: null,
  category: null,
  order: { eventTime: 0n, orderTime: 0n, orderColumn: null, sequence: 0n },
};

describe('APPROX_COUNT_DISTINCT', () => {
  it('S22 takes the register and the rank from the first 64 bits of MD5', () => {
    // MD5 of "2779265" begins 7e1 00000 3b…: register 7e1, and 22 zeros before the first 1 of the rest.
    const aggregate = AGGREGATES.APPROX_COUNT_DISTINCT.make({ type: 'INT64' }, {});
    const rows = aggregateRows([{ ...FIRST_ROW, value: 2_779_265n }], 'INT64', null);
    expect(hexOf(aggregate, addedInOrder(aggregate, rows))).toBe('0107e117');
  });

  it.each([1, 10, 100, 1000, 30_000])('counts %d different values within four standard errors', (count) => {
    const values = Array.from({ length: count }, (_, i) => BigInt(i) * 1_000_003n);
    const sketch = { name: 'APPROX_COUNT_DISTINCT', argument: { type: 'INT64' }, parameters: {} } as const;
    const error = Math.abs(Number(valueOfAll(sketch, values)) - count);
    expect(error).toBeLessThanOrEqual(1 + (4 * 1.04 * count) / 64);
  });
});
