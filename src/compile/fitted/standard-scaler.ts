import type { Column } from '../../definition/column-batch.js';
import { ExactMoments } from '../exact-moments.js';
import type { Accumulator } from './accumulator.js';
import { UNSEEN } from './by-key.js';
import { centred, numbersOf, zeros } from './column-numbers.js';
import type { Preprocessing } from './preprocessing.js';
import type { StandardScalerState } from './state.js';

/** (x − mean) / standard deviation. Source: BigQuery ML, ML.STANDARD_SCALER; TFX Transform, scale_to_z_score. */
export const STANDARD_SCALER: Preprocessing<StandardScalerState> = {
  analytic: true,
  takesKey: true,
  input: 'number',
  options: [
    {
      name: 'deviation',
      parameter: 'deviation',
      positional: false,
      takes: { kind: 'choice', values: ['sample', 'population'] },
      default: 'sample',
      about: 'divides the squares by n − 1; `population` by n, as scikit-learn and TFX Transform do',
    },
    {
      name: 'constant',
      parameter: 'constant',
      positional: false,
      takes: { kind: 'choice', values: ['zero', 'difference'] },
      default: 'zero',
      about: 'what a column of one value gives: 0, or x − mean, as TFX Transform does',
    },
    UNSEEN,
  ],
  result: () => 'FLOAT64',
  learn: ({ deviation, constant }) =>
    new StandardScalerAccumulator({
      ...(deviation === 'population' && { deviation }),
      ...(constant === 'difference' && { constant }),
    }),
  apply: standardScaled,
  about:
    'x minus the mean, divided by the standard deviation; both exact sums, rounded once, also where squares would leave the range of a FLOAT64; a deviation that does so counts as the greatest one. 0 where the standard deviation is 0 or undefined. NULL stays NULL.',
  example: {
    expression: 'STANDARD_SCALER(x) OVER ()',
    columns: { x: [1, 2, 3, 4, 5] },
    slots: ['x'],
    rows: [[-1.2649110640673518], [-0.6324555320336759], [0], [0.6324555320336759], [1.2649110640673518]],
  },
};

type Dialect = Pick<StandardScalerState, 'deviation' | 'constant'>;

class StandardScalerAccumulator implements Accumulator<StandardScalerState> {
  private readonly moments = new ExactMoments();

  constructor(private readonly dialect: Dialect) {}

  add(argument: Column): void {
    this.moments.addColumn(numbersOf(argument), argument.valid);
  }

  merge(other: StandardScalerAccumulator): void {
    this.moments.merge(other.moments);
  }

  addValue(value: number, times: number): void {
    this.moments.addRepeated(value, times);
  }

  state(): StandardScalerState {
    const { moments, dialect } = this;
    const isPopulation = dialect.deviation === 'population';
    const deviation = isPopulation ? moments.populationDeviation() : moments.sampleDeviation();
    return {
      function: 'STANDARD_SCALER',
      count: moments.size(),
      mean: withoutSign(moments.mean()),
      standardDeviation: deviation === null ? null : Math.min(deviation, Number.MAX_VALUE),
      ...dialect,
    };
  }

  outputMean(): number {
    const { mean, standardDeviation } = this.state();
    return this.moments.meanOfScaled(mean ?? 0, standardDeviation ?? 0);
  }
}

function standardScaled(state: StandardScalerState): (argument: Column) => Column {
  const { mean, standardDeviation } = state;
  if (mean === null) return zeros;
  if (standardDeviation === null || standardDeviation === 0) {
    return state.constant === undefined ? zeros : (argument) => centred(argument, mean, 1);
  }
  return (argument) => centred(argument, mean, standardDeviation);
}

/** -0.0 + 0 is 0.0: JSON has no -0.0 to reload. */
function withoutSign(value: number | null): number | null {
  return value === null ? null : value + 0;
}
