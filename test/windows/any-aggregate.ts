import fc from 'fast-check';
import type { AggregateRows } from '../../src/compile/aggregate/aggregate.js';
import {
  AGGREGATE_NAMES,
  type AggregateArgument,
  type AggregateName,
  type AggregateParameters,
} from '../../src/compile/aggregate/aggregate-function.js';
import { AGGREGATES } from '../../src/compile/aggregate/table.js';
import { columnOf } from '../../src/definition/column-batch.js';
import type { RowOrder } from '../../src/definition/order.js';
import type { Value } from '../../src/definition/value.js';
import type { ScalarType, ValueType } from '../../src/definition/value-type.js';
import { ANY_VALUES } from './any-value.js';

/** One aggregate over one argument, as the properties try it. */
export type AggregateCase = {
  readonly title: string;
  readonly name: AggregateName;
  readonly argument: AggregateArgument | null;
  readonly parameters: AggregateParameters;
};

/** Every aggregate of the table with every type that it takes, with and without a scale, and with small and large limits. */
export const AGGREGATE_CASES: readonly AggregateCase[] = AGGREGATE_NAMES.flatMap((name) =>
  argumentsOf(name).flatMap((argument) =>
    parametersOf(name).map((parameters) => ({
      title: `${name}(${argument === null ? '*' : `${argument.type} ${argument.scale ?? ''}`}) ${JSON.stringify(parameters)}`,
      name,
      argument,
      parameters,
    })),
  ),
);

function argumentsOf(name: AggregateName): readonly (AggregateArgument | null)[] {
  const { takes, takesRows } = AGGREGATES[name];
  const summed = /^(SUM|AVG|VAR|STDDEV)/.test(name);
  const scales = summed ? ['0.01', '0.25', '1000', '0.0000000000003'] : [];
  return [
    ...(takesRows ? [null] : []),
    ...takes.filter((type) => type in ANY_VALUES).map((type) => ({ type })),
    ...scales.map((scale) => ({ type: 'FLOAT64' as const, scale })),
  ];
}

function parametersOf(name: AggregateName): readonly AggregateParameters[] {
  switch (name) {
    case 'LAST_N':
      return [{ n: 1 }, { n: 3 }];
    case 'COUNT_DISTINCT':
      return [{ max: 1 }, { max: 3 }, { max: 1000 }];
    case 'TOP_K':
      return [
        { k: 1, max: 2 },
        { k: 3, max: 100 },
      ];
    case 'APPROX_QUANTILE':
      return [
        { q: 0, max: 16 },
        { q: 0.5, max: 16 },
        { q: 0.9, max: 20 },
        { q: 1, max: 500 },
      ];
    default:
      return [{}];
  }
}

/** A row in the order of its arrival. */
export type AnyRow = { readonly order: RowOrder; readonly value: Value; readonly category: Value };

/** Rows of which some are NULL and many are at one time, where order time, order column and sequence decide. */
export function anyRowsOf(type: ValueType | null): fc.Arbitrary<readonly AnyRow[]> {
  const small = fc.bigInt({ min: 0n, max: 3n });
  const row = fc.record({
    eventTime: fc.oneof(small, fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n })),
    orderTime: small,
    orderColumn: fc.option(small),
    value: type === null ? fc.constant(null) : fc.option(ANY_VALUES[type]!, { freq: 8 }),
    category: fc.option(fc.constantFrom('', 'ab', 'b', 'é', '😀', '\uffff', 'z'.repeat(1025)), { freq: 8 }),
  });
  return fc.array(row, { maxLength: 40, size: 'max' }).map((rows) =>
    rows.map(({ value, category, ...order }, at) => ({
      value,
      category,
      order: { ...order, sequence: BigInt(at) },
    })),
  );
}

/** Rows as columns. */
export function aggregateRows(
  rows: readonly AnyRow[],
  type: ValueType | null,
  categoryType: ScalarType | null,
): AggregateRows {
  return {
    rowCount: rows.length,
    argument:
      type === null
        ? null
        : columnOf(
            type,
            rows.map(({ value }) => value),
          ),
    category:
      categoryType === null
        ? null
        : columnOf(
            categoryType,
            rows.map(({ category }) => category),
          ),
    orders: {
      eventTimes: BigInt64Array.from(rows, ({ order }) => order.eventTime),
      orderTimes: BigInt64Array.from(rows, ({ order }) => order.orderTime),
      orderColumn: columnOf(
        'INT64',
        rows.map(({ order }) => order.orderColumn),
      ),
      sequences: BigInt64Array.from(rows, ({ order }) => order.sequence),
    },
  };
}
