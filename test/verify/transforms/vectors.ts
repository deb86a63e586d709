import { compareDocumented, compareTfx } from '../../transforms/documented-answers.js';
import { compareAnswers, TABLES } from '../../transforms/shared-answers.js';
import type { Check } from '../check.js';

/** NumPy over flights and weather, the reference of BigQuery ML, and TFX Transform under its options. */
export const vectors: Check = {
  name: 'vectors',
  bar: 'every value within 1e-12, those of TFX Transform within its float32; integral ones exactly',
  defect: {
    file: 'src/compile/fitted/ordered-values.js',
    find: '/ denominator - 1n',
    replace: '/ denominator',
  },
  run: async () => {
    const parts = [compareDocumented(), compareTfx()];
    for (const table of TABLES) parts.push(await compareAnswers(table));
    const values = parts.reduce((total, part) => total + part.values, 0);
    const differences = parts.flatMap((part) => part.differences);
    return {
      ok: differences.length === 0 && parts.every((part) => part.values > 0),
      figure: [`${differences.length} differences in ${values} values`, ...differences.slice(0, 3)].join(
        ' | ',
      ),
    };
  },
};
