import { type BenchResult, median } from '../../../bench/conditions.js';
import { kernels as benchKernels } from '../../../bench/kernels.js';
import { type Check, measured, type Outcome } from '../check.js';

const MOST_RATIO = 1.5;
const LEAST_ROWS = 500_000;

/** Twenty mixed expressions, compiled, against the same written by hand. */
export const kernels: Check = {
  name: 'kernels',
  bar: `at most ${MOST_RATIO} times the time by hand, at least ${LEAST_ROWS} rows a second, 0 differences`,
  defect: {
    file: 'src/compile/kernel.js',
    find: 'for (let i = 0; i < rowCount; i++) {',
    replace: 'for (let i = 0; i < rowCount; i++) { for (let w = 0; w < 500; w++) globalThis.w = w;',
  },
  run: () => measured(benchKernels, judged),
};

function judged(runs: readonly BenchResult[]): Outcome {
  const of = (metric: string): number => median(runs.map(({ metrics }) => metrics[metric]!));
  const [ratio, rows] = [of('ratioToHandWritten'), of('kernelRowsPerSecond')];
  const isSame = runs.every(({ ok }) => ok);
  return {
    ok: isSame && ratio <= MOST_RATIO && rows >= LEAST_ROWS,
    figure: `${ratio} times, ${rows} rows a second${isSame ? '' : ', values differ'}`,
  };
}
