import { type BenchResult, median } from '../../../bench/conditions.js';
import { training } from '../../../bench/training.js';
import { type Check, measured, type Outcome } from '../check.js';

const MOST_RATIO = 1;
const RUNS = 3;

/** A perceptron of layers 64 and 32 over 100,000 rows of 40 inputs, three epochs, against scikit-learn's. */
export const trainingSpeed: Check = {
  name: 'training-speed',
  bar: `at most ${MOST_RATIO} times scikit-learn's time with the same settings in the same run, classes and a quantity`,
  defect: {
    file: 'src/model/adapter/tfjs.js',
    find: 'const isOurs = ',
    replace: 'const isOurs = false && ',
  },
  run: () => measured(training, judge, RUNS),
};

function judge(runs: readonly BenchResult[]): Outcome {
  const ratios = ['binary', 'regression'].map((task) =>
    median(runs.map(({ metrics }) => metrics[`${task}.ratio`]!)),
  );
  return {
    ok: runs.every(({ ok }) => ok) && ratios.every((ratio) => ratio <= MOST_RATIO),
    figure: `${ratios.map((ratio) => ratio.toFixed(2)).join(' and ')} times (classes, quantity)`,
  };
}
