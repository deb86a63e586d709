import { type CoverageSummary, shortcomings } from '../../parity/coverage.js';
import { withEngines } from '../../parity/engines.js';
import { runParity } from '../../parity/parity.js';
import type { Check } from '../check.js';

const CASES = 200_000;
const MS_PER_DAY = 86_400_000;

/** Every expression means the same to the oracle, to kernels, to feature sets and to DuckDB; the seed is the day's. */
export const parity: Check = {
  name: 'parity',
  bar: `0 differences in ${CASES} expressions; each operation with a value 500 times, median depth 3, at most 30 % NULL`,
  defect: {
    file: 'src/compile/kernel-operand.js',
    find: "nulls.join(' || ')",
    replace: "nulls.join(' && ')",
  },
  run: async () => {
    const seed = Math.floor(Date.now() / MS_PER_DAY);
    const report = await withEngines(['kernel', 'duckdb'], (engines) =>
      runParity({ engines, seed, cases: CASES }),
    );
    const { cases, values, differences, coverage } = report;
    const wrong = [...differences, ...shortcomings(coverage, CASES)];
    return {
      ok: wrong.length === 0 && cases === CASES,
      figure: [
        `seed ${seed}: ${differences.length} differences in ${cases} expressions, ${values} values`,
        figures(coverage),
        ...wrong.slice(0, 3),
      ].join(' | '),
    };
  },
};

function figures({ operations, medianDepth, nullShare }: CoverageSummary): string {
  const [id, count] = Object.entries(operations).sort(([, a], [, b]) => a - b)[0]!;
  const rarest = `${Object.keys(operations).length} operations, the rarest ${id} with a value ${count} times`;
  return `${rarest}, median depth ${medianDepth}, ${(nullShare * 100).toFixed(1)} % NULL`;
}
