import type { AggregateParameter } from './aggregate-function.js';

/** n of LAST_N(x, n). */
export const NEWEST: AggregateParameter = {
  name: 'n',
  inCall: true,
  whole: true,
  least: 1,
  greatest: 1000,
  default: null,
  about: 'how many values it gives at most',
};

/** k of TOP_K(x, k). */
export const MOST_FREQUENT: AggregateParameter = {
  name: 'k',
  inCall: true,
  whole: true,
  least: 1,
  greatest: 1000,
  default: null,
  about: 'how many values it gives at most; at most `max`',
};

/** q of APPROX_QUANTILE(x, q). */
export const QUANTILE: AggregateParameter = {
  name: 'q',
  inCall: true,
  whole: false,
  least: 0,
  greatest: 1,
  default: null,
  about: 'the share of values that are at or below it: 0.5 is the median',
};

/** `max` of COUNT_DISTINCT. */
export const MAX_DISTINCT = maxOf(1000, 100_000, 'the count goes up to it, and stays there');

/** `max` of TOP_K. */
export const MAX_COUNTED = maxOf(100, 10_000, 'of more different values it is NULL');

/** `max` of APPROX_QUANTILE: two at least, since a negative and a positive number never share a bucket. */
export const MAX_BUCKETS: AggregateParameter = {
  ...maxOf(500, 10_000, 'the most buckets that are counted; of more, they become coarser'),
  least: 2,
};

function maxOf(usual: number, greatest: number, about: string): AggregateParameter {
  return { name: 'max', inCall: false, whole: true, least: 1, greatest, default: usual, about };
}
