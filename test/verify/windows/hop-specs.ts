import type { WindowSpec } from './window-spec.js';

/** Sizes at both sides of each step of the default hops (S20). */
const SIZES = ['1s', '10s', '10m', '601s', '1h', '3601s', '12h', '43201s', '12d', '1036801s', '30d'];

export type Aggregated = Pick<WindowSpec, 'aggregate' | 'of' | 'number' | 'max' | 'filter'>;

/** Every aggregate, over several types. */
export const AGGREGATED: readonly Aggregated[] = [
  { aggregate: 'COUNT', of: null },
  { aggregate: 'SUM', of: 'x' },
  { aggregate: 'AVG', of: 'n' },
  { aggregate: 'FIRST', of: 's' },
  { aggregate: 'COUNT', of: 'x', filter: 'flagged' },
  { aggregate: 'SUM', of: 'n' },
  { aggregate: 'MAX', of: 's' },
  { aggregate: 'LAST', of: 'x' },
  { aggregate: 'SUM', of: 'fare' },
  { aggregate: 'MIN', of: 'x', filter: 'positive' },
  { aggregate: 'LAST_N', of: 'n', number: 3 },
  { aggregate: 'STDDEV_POP', of: 'x' },
  { aggregate: 'COUNT_DISTINCT', of: 'n', max: 5 },
  { aggregate: 'MIN', of: 'at' },
  { aggregate: 'VAR_POP', of: 'n' },
  { aggregate: 'TOP_K', of: 's', number: 2, max: 4 },
  { aggregate: 'SUM', of: 'doubled' },
  { aggregate: 'AVG', of: 'x', filter: 'evening' },
  { aggregate: 'APPROX_COUNT_DISTINCT', of: 'x' },
  { aggregate: 'STDDEV_SAMP', of: 'fare' },
  { aggregate: 'APPROX_QUANTILE', of: 'x', number: 0.5, max: 8 },
  { aggregate: 'MAX', of: 'b' },
  { aggregate: 'AVG', of: 'fare' },
  { aggregate: 'APPROX_QUANTILE', of: 'n', number: 0.9 },
  { aggregate: 'VAR_SAMP', of: 'x' },
];

/** Of each size some aggregates, so that each meets every default hop. */
export const UP_TO_T: readonly WindowSpec[] = SIZES.flatMap((window, size) =>
  AGGREGATED.filter((_, i) => (i + size) % 5 === 0).map((each) => ({
    ...each,
    window,
    name: nameOf(each, window),
  })),
);

/** Windows that end in the past, without a beginning, and by category. */
export const OTHERS: readonly WindowSpec[] = [
  ...[
    ['10m', '5m'],
    ['1h', '90s'],
    ['1d', '1d'],
    ['12d', '36h'],
    ['lifetime', '1d'],
  ].flatMap(([window, offset], place) =>
    AGGREGATED.filter((_, i) => (i + place) % 5 === 0).map((each) => ({
      ...each,
      ...{ window: window!, offset: offset! },
      name: nameOf(each, `${window}_back_${offset}`),
    })),
  ),
  ...AGGREGATED.filter((_, i) => i % 3 === 0).map((each) => ({
    ...each,
    ...{ window: 'lifetime', name: nameOf(each, 'lifetime') },
  })),
  { name: 'by_s', aggregate: 'SUM', of: 'n', window: '1h', by: 's', maxCategories: 4 },
  { name: 'by_day', aggregate: 'AVG', of: 'x', window: '12d', by: 'day' },
];

function nameOf({ aggregate, of, number, filter }: Aggregated, window: string): string {
  const parts = [aggregate, of ?? 'rows', filter, number === undefined ? undefined : number * 10, window];
  return parts
    .filter((part) => part !== undefined)
    .join('_')
    .toLowerCase();
}
