import { INT64_MAX, INT64_MIN } from '../../../src/definition/value.js';
import type { OracleArgument, OracleCategories, OracleRow } from '../../support/windows-oracle.js';
import type { Column, ColumnType } from '../rows/row-text.js';

/** Columns of the rows that windows are tried on: two keys, times, order, deletion, and a value of every kind. */
export const READING_COLUMNS: readonly Column[] = [
  { name: 'k', type: 'INT64' },
  { name: 'j', type: 'STRING' },
  { name: 'at', type: 'TIMESTAMP' },
  { name: 'created', type: 'TIMESTAMP' },
  { name: 'ord', type: 'INT64' },
  { name: 'gone', type: 'BOOL' },
  { name: 'id', type: 'STRING' },
  { name: 'x', type: 'FLOAT64' },
  { name: 'n', type: 'INT64' },
  { name: 's', type: 'STRING' },
  { name: 'b', type: 'BOOL' },
  { name: 'fare', type: 'FLOAT64' },
];

/** Unit of `fare` (S22). */
const FARE_SCALE = '0.01';

/** A source of such rows as a document. */
export function readingsSource(name: string): Readonly<Record<string, unknown>> {
  return {
    ...{
      kind: 'Source',
      name,
      eventTime: 'at',
      createdTime: 'created',
      orderColumn: 'ord',
      tombstone: 'gone',
    },
    columns: READING_COLUMNS.map((column) =>
      column.name === 'fare' ? { ...column, scale: FARE_SCALE } : column,
    ),
  };
}

/** What is aggregated: its text in a definition, and what the oracle takes. */
export const ARGUMENTS = {
  x: argument('x', 'FLOAT64', ({ columns }) => columns['x']!),
  n: argument('n', 'INT64', ({ columns }) => columns['n']!),
  s: argument('s', 'STRING', ({ columns }) => columns['s']!),
  b: argument('b', 'BOOL', ({ columns }) => columns['b']!),
  at: argument('`at`', 'TIMESTAMP', ({ columns }) => columns['at']!),
  fare: { ...argument('fare', 'FLOAT64', ({ columns }) => columns['fare']!), scale: FARE_SCALE },
  doubled: argument('n * 2', 'INT64', ({ columns }) => {
    const n = columns['n'] as bigint | null;
    return n === null || 2n * n > INT64_MAX || 2n * n < INT64_MIN ? null : 2n * n;
  }),
} as const;

function argument(
  text: string,
  type: ColumnType,
  of: OracleArgument['of'],
): OracleArgument & { readonly text: string; readonly type: ColumnType } {
  return { text, type, of, scale: null };
}

/** Conditions of rows; only TRUE lets a row pass. */
export const FILTERS: Readonly<Record<FilterName, Filter>> = {
  flagged: { text: 'b', passes: ({ columns }) => columns['b'] === true },
  positive: {
    text: 'n > 0',
    passes: ({ columns }) => columns['n'] !== null && (columns['n'] as bigint) > 0n,
  },
  evening: {
    text: "EXTRACT(HOUR FROM `at` AT TIME ZONE 'America/New_York') >= 18",
    passes: ({ columns }) => localHour(columns['at'] as bigint) >= 18,
  },
};

export type FilterName = 'flagged' | 'positive' | 'evening';

type Filter = { readonly text: string; readonly passes: (row: OracleRow) => boolean };

/** What rows are taken apart by. */
export const CATEGORIES: Readonly<Record<CategoryName, Category>> = {
  s: { text: 's', type: 'STRING', of: ({ columns }) => columns['s']! },
  day: {
    text: "EXTRACT(DAY FROM `at` AT TIME ZONE 'Europe/Lisbon')",
    type: 'INT64',
    of: ({ columns }) => localDay(columns['at'] as bigint),
  },
};

export type CategoryName = 's' | 'day';

type Category = Pick<OracleCategories, 'of'> & {
  readonly text: string;
  readonly type: ColumnType;
};

const NEW_YORK = new Intl.DateTimeFormat('en', {
  timeZone: 'America/New_York',
  hour: 'numeric',
  hourCycle: 'h23',
});
const LISBON = new Intl.DateTimeFormat('en', { timeZone: 'Europe/Lisbon', day: 'numeric' });

function localHour(us: bigint): number {
  return Number(NEW_YORK.format(flooredMs(us)));
}

function localDay(us: bigint): bigint {
  return BigInt(LISBON.format(flooredMs(us)));
}

/** Milliseconds, towards −∞. */
export function flooredMs(us: bigint): number {
  return Number(us / 1_000n) - Number(us % 1_000n < 0n);
}
