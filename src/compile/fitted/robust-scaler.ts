import type { Column } from '../../definition/column-batch.js';
import type { Accumulator } from './accumulator.js';
import { centred, zeros } from './column-numbers.js';
import { fraction, percentage } from './fraction.js';
import { QUANTILES } from './options.js';
import { OrderedValues, type QuantileMethod } from './ordered-values.js';
import type { Preprocessing } from './preprocessing.js';
import type { RobustScalerState } from './state.js';

/** (x − median) / (upper − lower quantile). Source: BigQuery ML, ML.ROBUST_SCALER. */
export const ROBUST_SCALER: Preprocessing<RobustScalerState> = {
  analytic: true,
  input: 'number',
  options: [
    {
      name: 'quantile_range',
      parameter: 'quantileRange',
      positional: true,
      takes: { kind: 'pair', min: 0, max: 100, isWhole: false },
      default: [25, 75],
      about: 'the two quantiles, in per cent, whose difference is the scale',
    },
    {
      name: 'with_median',
      parameter: 'withMedian',
      positional: true,
      takes: { kind: 'flag' },
      default: true,
      about: 'whether the median is subtracted',
    },
    {
      name: 'with_quantile_range',
      parameter: 'withQuantileRange',
      positional: true,
      takes: { kind: 'flag' },
      default: true,
      about: 'whether the result is divided by the difference of the quantiles',
    },
    QUANTILES,
  ],
  result: () => 'FLOAT64',
  learn: ({ quantileRange, withMedian, withQuantileRange, quantiles = 'order_statistic' }) =>
    new RobustAccumulator({
      range: quantileRange as readonly [number, number],
      withMedian: withMedian === true,
      withQuantileRange: withQuantileRange === true,
      method: quantiles as QuantileMethod,
    }),
  apply: robustScaled,
  about:
    'x minus the median, divided by the difference of two quantiles; few far values do not matter. 0 where that difference is 0. NULL stays NULL. Fitting holds every value but small whole numbers, 8 bytes each.',
  example: {
    expression: 'ROBUST_SCALER(x) OVER ()',
    columns: { x: [-3, 1, 2, 3, 4, 5] },
    slots: ['x'],
    rows: [[-5 / 3], [-1 / 3], [0], [1 / 3], [2 / 3], [1]],
  },
};

type RobustOptions = {
  readonly range: readonly [number, number];
  readonly withMedian: boolean;
  readonly withQuantileRange: boolean;
  readonly method: QuantileMethod;
};

class RobustAccumulator implements Accumulator<RobustScalerState> {
  private readonly values = new OrderedValues();

  constructor(private readonly options: RobustOptions) {}

  add(argument: Column): void {
    this.values.addColumn(argument);
  }

  merge(other: RobustAccumulator): void {
    this.values.merge(other.values);
  }

  addValue(value: number, times: number): void {
    this.values.addValue(value, times);
  }

  state(): RobustScalerState {
    const { values, options } = this;
    const { range, method, withMedian, withQuantileRange } = options;
    return {
      function: 'ROBUST_SCALER',
      count: values.size(),
      median: values.quantile(fraction(1, 2), method),
      lower: values.quantile(percentage(range[0]), method),
      upper: values.quantile(percentage(range[1]), method),
      withMedian,
      withQuantileRange,
    };
  }

  outputMean(): number {
    const { center, scale } = centerAndScale(this.state());
    return this.values.meanOfScaled(center, scale);
  }
}

/** A scale of 0 is that of a constant column, or of nothing. */
function centerAndScale({ median, lower, upper, withMedian, withQuantileRange }: RobustScalerState) {
  const range = upper === null || lower === null ? 0 : upper - lower;
  const scale = withQuantileRange ? (Number.isFinite(range) ? range : Number.MAX_VALUE) : 1;
  return { center: withMedian ? (median ?? 0) : 0, scale: median === null ? 0 : scale };
}

function robustScaled(state: RobustScalerState): (argument: Column) => Column {
  const { center, scale } = centerAndScale(state);
  if (scale === 0) return zeros;
  return (argument) => centred(argument, center, scale);
}
