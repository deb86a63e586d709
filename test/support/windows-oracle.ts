import type { AggregateName, AggregateParameters } from '../../src/compile/aggregate/aggregate-function.js';
import { compareOrder, type RowOrder } from '../../src/definition/order.js';
import type { Value } from '../../src/definition/value.js';
import type { ScalarType } from '../../src/definition/value-type.js';
import { compared, type NaiveRow, naiveAggregate } from './naive-aggregates.js';
import { naiveCardinality } from './naive-cardinality.js';

/** A row as S10 and S13 see it, and its columns. */
export type OracleRow = {
  readonly order: RowOrder;
  readonly tombstone: boolean;
  readonly columns: Readonly<Record<string, Value>>;
};

/** What a feature is of rows. Times are microseconds. */
export type OracleFeature = {
  readonly aggregate: AggregateName;
  /** null is COUNT(*). */
  readonly argument: OracleArgument | null;
  readonly parameters: AggregateParameters;
  /** W; null is `lifetime`. */
  readonly sizeUs: bigint | null;
  readonly hopUs: bigint;
  readonly offsetUs: bigint;
  /** Which rows count; null is all. */
  readonly passes: ((row: OracleRow) => boolean) | null;
  /** Of exact windows the newest rows that count. */
  readonly maxRows: number | null;
  readonly by: OracleCategories | null;
};

export type OracleArgument = {
  readonly type: ScalarType;
  readonly scale: string | null;
  readonly of: (row: OracleRow) => Value;
};

export type OracleCategories = {
  readonly of: (row: OracleRow) => Value;
  readonly max: number;
  readonly shows: 'keys' | 'values';
};

/**
 * The value of a feature as of T (S13, S20 to S22), by a look at each row of one key; `rows` are those that the rule of knowledge
 * lets count (S17, S18), in any order.
 */
export function windowValue(feature: OracleFeature, rows: readonly OracleRow[], tUs: bigint): Value {
  const { afterUs, throughUs } = boundsOf(feature, tUs);
  const seen = rows.filter((row) => {
    const { eventTime } = row.order;
    if (row.tombstone || eventTime > throughUs || (afterUs !== null && eventTime <= afterUs)) return false;
    return feature.passes === null || feature.passes(row);
  });
  return ofRows(feature, newest(seen, feature.maxRows));
}

/** Rows with `afterUs` < event time ≤ `throughUs` are in the window (S20). */
export function boundsOf(
  { sizeUs, hopUs, offsetUs }: Pick<OracleFeature, 'sizeUs' | 'hopUs' | 'offsetUs'>,
  tUs: bigint,
): { readonly afterUs: bigint | null; readonly throughUs: bigint } {
  if (offsetUs === 0n)
    return { throughUs: tUs, afterUs: sizeUs === null ? null : multipleBelow(tUs - sizeUs, hopUs) };
  const throughUs = multipleBelow(tUs - offsetUs, hopUs);
  if (sizeUs === null) return { throughUs, afterUs: null };
  let lengthUs = 0n;
  while (lengthUs < sizeUs) lengthUs += hopUs;
  return { throughUs, afterUs: throughUs - lengthUs };
}

/** The greatest multiple of a step that is not later. */
function multipleBelow(us: bigint, stepUs: bigint): bigint {
  const rest = us % stepUs;
  return rest < 0n ? us - rest - stepUs : us - rest;
}

function newest(rows: readonly OracleRow[], maxRows: number | null): readonly OracleRow[] {
  if (maxRows === null) return rows;
  return [...rows].sort((a, b) => compareOrder(b.order, a.order)).slice(0, maxRows);
}

function ofRows(feature: OracleFeature, rows: readonly OracleRow[]): Value {
  const { by, argument } = feature;
  if (by === null) return aggregated(feature, rows);
  const counted = rows.filter((row) => {
    const category = by.of(row);
    return category !== null && !isTooLong(category) && (argument === null || argument.of(row) !== null);
  });
  const categories: Value[] = [];
  for (const category of counted.map(by.of))
    if (!categories.some((known) => compared(known, category) === 0)) categories.push(category);
  if (categories.length > by.max) return null;
  const shown = categories.sort(compared).flatMap((category) => {
    const value = aggregated(
      feature,
      counted.filter((row) => compared(by.of(row), category) === 0),
    );
    return value === null ? [] : [by.shows === 'keys' ? category : value];
  });
  return shown as Value;
}

function aggregated({ aggregate, argument, parameters }: OracleFeature, rows: readonly OracleRow[]): Value {
  const values = rows.map((row): NaiveRow => ({ order: row.order, value: argument?.of(row) ?? null }));
  if (aggregate !== 'APPROX_COUNT_DISTINCT') return naiveAggregate(aggregate, argument, parameters, values);
  return naiveCardinality(
    argument!.type,
    values.map(({ value }) => value),
  );
}

/** Longer texts are no categories. */
function isTooLong(category: Value): boolean {
  return typeof category === 'string' && Buffer.byteLength(category) > 1024;
}
