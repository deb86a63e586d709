import { excessOf, graphParity } from '../../transforms/graph-parity.js';
import type { Check } from '../check.js';

const OUTPUTS = 20_000;
const MS_PER_DAY = 86_400_000;

/** Transforms as graphs of plain tfjs beside the kernel; the seed is the day's. */
export const graph: Check = {
  name: 'graph',
  bar: `0 differences in ${OUTPUTS} outputs beyond 1e-5 of the largest intermediate; at most a tenth of them near an edge, none refused`,
  defect: {
    file: 'src/compile/graph/operation/logic.js',
    find: 'values.choose(anyFalse, values.zero, product)',
    replace: 'product',
  },
  run: async () => {
    const seed = Math.floor(Date.now() / MS_PER_DAY);
    const report = await graphParity({ seed, outputs: OUTPUTS, backend: 'wasm' });
    const { compared, nearEdge, illConditioned, outOfRange, differences, refused } = report;
    const excess = excessOf(report, OUTPUTS);
    return {
      ok: differences.length + refused.length + excess.length === 0,
      figure: [
        `seed ${seed}: ${differences.length} differences in ${compared} numbers of ${OUTPUTS} outputs`,
        `${nearEdge} near an edge, ${illConditioned} where float32 inputs alone decide`,
        `${outOfRange} outputs learnt what is beyond float32`,
        ...[...excess.map((each) => `too many: ${each}`), ...refused, ...differences].slice(0, 3),
      ].join(' | '),
    };
  },
};
