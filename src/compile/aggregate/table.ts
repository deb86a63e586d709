import type { AggregateFunction, AggregateName } from './aggregate-function.js';
import { COUNT } from './count.js';
import { COUNT_DISTINCT } from './distinct.js';
import { FIRST, LAST, LAST_N } from './ends.js';
import { MAX, MIN } from './extremes.js';
import { APPROX_COUNT_DISTINCT } from './hyper-log-log.js';
import { STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP } from './moments.js';
import { APPROX_QUANTILE } from './quantile.js';
import { AVG, SUM } from './sum.js';
import { TOP_K } from './top-k.js';

/** Every aggregate function (S21). */
export const AGGREGATES: Readonly<Record<AggregateName, AggregateFunction>> = {
  COUNT,
  SUM,
  AVG,
  MIN,
  MAX,
  VAR_POP,
  VAR_SAMP,
  STDDEV_POP,
  STDDEV_SAMP,
  FIRST,
  LAST,
  LAST_N,
  COUNT_DISTINCT,
  TOP_K,
  APPROX_COUNT_DISTINCT,
  APPROX_QUANTILE,
};
