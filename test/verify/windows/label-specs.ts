import type { AggregateName } from '../../../src/compile/aggregate/aggregate-function.js';
import { parseDuration } from '../../../src/definition/duration.js';
import type { Value } from '../../../src/definition/value.js';
import { type OracleFeature, type OracleRow, windowValue } from '../../support/windows-oracle.js';

/** A label over delays of flights. */
export type LabelSpec = {
  readonly name: string;
  readonly aggregate: AggregateName;
  /** Whether only delays of a quarter of an hour and more count. */
  readonly isOfLate?: true;
  readonly window: string;
  readonly maturity?: string;
  readonly default?: number;
};

/** Labels of one key over one source. */
export type LabelSet = {
  readonly alias: string;
  readonly key: 'origin' | 'carrier';
  readonly source: 'departures' | 'arrivals';
  readonly column: 'dep_delay' | 'arr_delay';
  readonly labels: readonly LabelSpec[];
};

/** What is asked for: windows of an hour and of a day, each with and without maturity; one with a default. */
export const LABEL_SETS: readonly LabelSet[] = [
  {
    ...{ alias: 'origin_departures', key: 'origin', source: 'departures', column: 'dep_delay' },
    labels: [
      { name: 'flights', aggregate: 'COUNT', window: '1h' },
      { name: 'late', aggregate: 'COUNT', isOfLate: true, window: '1h', maturity: '2h' },
      { name: 'delay', aggregate: 'AVG', window: '1d', maturity: '30m' },
      { name: 'first', aggregate: 'FIRST', window: '1h' },
    ],
  },
  {
    ...{ alias: 'carrier_arrivals', key: 'carrier', source: 'arrivals', column: 'arr_delay' },
    labels: [
      { name: 'delay', aggregate: 'AVG', window: '1d', maturity: '12h' },
      { name: 'lost', aggregate: 'SUM', isOfLate: true, window: '1h', default: 0 },
      { name: 'worst', aggregate: 'MAX', window: '1h', maturity: '1s' },
      { name: 'spread', aggregate: 'STDDEV_POP', window: '1d' },
      { name: 'last', aggregate: 'LAST', window: '90m', maturity: '1d' },
    ],
  },
];

/** The feature set as a document. */
export function labelDocument({ alias, key, source, column, labels }: LabelSet): unknown {
  return {
    ...{ kind: 'FeatureSet', name: alias, entity: key, source },
    features: labels.map(({ aggregate, isOfLate, ...rest }) => ({
      ...rest,
      aggregate: `${aggregate}(${column})`,
      direction: 'following',
      ...(isOfLate && { filter: `${column} >= ${LATE_MINUTES}` }),
    })),
  };
}

const LATE_MINUTES = 15n;

/** W, microseconds. */
export function windowUs({ window }: LabelSpec): bigint {
  return parseDuration(window, '');
}

/** How long after T a label is complete, microseconds. */
export function completeAfterUs(label: LabelSpec): bigint {
  return windowUs(label) + (label.maturity === undefined ? 0n : parseDuration(label.maturity, ''));
}

/** A label as JSON has it, and its status. */
export type LabelCell = { readonly value: unknown; readonly status: string };

/** What is known of one key: its rows that count, in any order, and the instant of the snapshot, microseconds. */
export type LabelRows = { readonly rows: readonly OracleRow[]; readonly snapshotUs: bigint };

/** A label as of T by a look at each row: of (T, T + W], or absent where the snapshot is from before it was complete. */
export function labelCell(
  { column }: LabelSet,
  label: LabelSpec,
  { rows, snapshotUs }: LabelRows,
  tUs: bigint,
): LabelCell {
  if (tUs + completeAfterUs(label) > snapshotUs) return { value: null, status: 'NOT_FOUND' };
  const sizeUs = windowUs(label);
  const feature: OracleFeature = {
    ...{
      aggregate: label.aggregate,
      parameters: {},
      sizeUs,
      hopUs: 1n,
      offsetUs: 0n,
      maxRows: null,
      by: null,
    },
    argument: { type: 'INT64', scale: null, of: ({ columns }) => columns[column]! },
    passes: label.isOfLate ? ({ columns }) => (columns[column] as bigint) >= LATE_MINUTES : null,
  };
  // As of T + W the window of W that looks back is this one.
  const value = windowValue(feature, rows, tUs + sizeUs);
  if (value === null) return { value: label.default ?? null, status: 'NULL' };
  return { value: jsonOf(value), status: 'PRESENT' };
}

function jsonOf(value: Value): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
