import { PlumblineError } from '../../definition/error.js';
import { SCALAR_TYPES, type ScalarType, VALUE_TYPES, type ValueType } from '../../definition/value-type.js';
import type { Aggregate } from './aggregate.js';
import type { AggregateFunction, AggregateName, AggregateParameter } from './aggregate-function.js';
import {
  MAX_BUCKETS,
  MAX_COUNTED,
  MAX_DISTINCT,
  MOST_FREQUENT,
  NEWEST,
  QUANTILE,
} from './aggregate-parameters.js';

const NUMBERS: readonly ValueType[] = ['INT64', 'FLOAT64'];

/** Every aggregate function (S21). */
export const AGGREGATES: Readonly<Record<AggregateName, AggregateFunction>> = {
  COUNT: { ...of(VALUE_TYPES, 'INT64'), takesRows: true },
  SUM: of(NUMBERS, 'T'),
  AVG: of(NUMBERS, 'FLOAT64'),
  MIN: of(SCALAR_TYPES, 'T'),
  MAX: of(SCALAR_TYPES, 'T'),
  VAR_POP: of(NUMBERS, 'FLOAT64'),
  VAR_SAMP: of(NUMBERS, 'FLOAT64'),
  STDDEV_POP: of(NUMBERS, 'FLOAT64'),
  STDDEV_SAMP: of(NUMBERS, 'FLOAT64'),
  FIRST: of(SCALAR_TYPES, 'T'),
  LAST: of(SCALAR_TYPES, 'T'),
  LAST_N: of(SCALAR_TYPES, 'ARRAY<T>', NEWEST),
  COUNT_DISTINCT: of(SCALAR_TYPES, 'INT64', MAX_DISTINCT),
  TOP_K: of(SCALAR_TYPES, 'ARRAY<T>', MOST_FREQUENT, MAX_COUNTED),
  APPROX_COUNT_DISTINCT: of(SCALAR_TYPES, 'INT64'),
  APPROX_QUANTILE: of(NUMBERS, 'FLOAT64', QUANTILE, MAX_BUCKETS),
};

function of(
  takes: readonly ValueType[],
  result: ValueType | 'T' | 'ARRAY<T>',
  ...parameters: readonly AggregateParameter[]
): AggregateFunction {
  const resultType = (type: ValueType | null): ValueType => {
    if (result === 'T') return type!;
    return result === 'ARRAY<T>' ? `ARRAY<${type as ScalarType}>` : result;
  };
  return { takes, takesRows: false, parameters, resultType, make: notYet, about: '' };
}

function notYet(): Aggregate {
  throw new PlumblineError('INTERNAL', 'this aggregate is not made yet');
}
