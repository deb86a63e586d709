import { ODD_INPUTS } from '../../transforms/odd-inputs.js';
import type { Check } from '../check.js';

/** Every preprocessing function on what nobody expects. */
export const oddInput: Check = {
  name: 'odd-input',
  bar: 'unseen, NULL, constant, empty, 100,000 categories, another length, the ends of the range: finite numbers or a coded error',
  defect: {
    file: 'src/compile/transform.js',
    find: 'Math.max(-FLOAT32_MAX, Math.min(FLOAT32_MAX, value))',
    replace: 'value',
  },
  run: async () => {
    const wrong = ODD_INPUTS.flatMap(({ name, run }) => {
      const problem = run();
      return problem === null ? [] : [`${name}: ${problem}`];
    });
    return {
      ok: wrong.length === 0,
      figure: [`${ODD_INPUTS.length} odd inputs, ${wrong.length} wrong`, ...wrong.slice(0, 3)].join(' | '),
    };
  },
};
