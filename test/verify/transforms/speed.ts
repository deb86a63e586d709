import { type BenchResult, median } from '../../../bench/conditions.js';
import { transforms as benchTransforms } from '../../../bench/transforms.js';
import { type Check, measured, type Outcome } from '../check.js';

const MOST_RATIO = 3;
const LEAST_ROWS = 300_000;

/** Ten transforms over a million flights, beside DuckDB delivering their columns. */
export const speed: Check = {
  name: 'speed',
  bar: `fitting at most ${MOST_RATIO} times the time DuckDB takes to make the columns, as its own chunks (which Arrow comes from), as ours and as our Arrow; applying at least ${LEAST_ROWS} rows a second`,
  defect: {
    file: 'src/compile/fitted/frequencies.js',
    find: 'const place = this.places.get(value);',
    replace: 'for (let w = 0; w < 5000; w++) globalThis.w = w; const place = this.places.get(value);',
  },
  run: () => measured(benchTransforms, judged),
};

function judged(runs: readonly BenchResult[]): Outcome {
  const of = (metric: string): number => median(runs.map(({ metrics }) => metrics[metric]!));
  const ratios = [of('fitRatioToFetch'), of('fitRatioToColumns'), of('fitRatioToArrow')];
  const rows = of('appliedRowsPerSecond');
  const isSame = runs.every(({ ok }) => ok);
  return {
    ok: isSame && ratios.every((ratio) => ratio <= MOST_RATIO) && rows >= LEAST_ROWS,
    figure: `${ratios[0]} times DuckDB's chunks, ${ratios[1]} times the columns, ${ratios[2]} times Arrow, ${rows} rows a second${isSame ? '' : ', states differ'}`,
  };
}
