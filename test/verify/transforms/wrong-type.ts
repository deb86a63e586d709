import { WRONG_TYPES } from '../../transforms/wrong-types.js';
import type { Check } from '../check.js';

/** Request values of the wrong type. */
export const wrongType: Check = {
  name: 'wrong-type',
  bar: 'a request value of every kind for an input of every type: taken as JSON rows are, and then finite numbers, or INVALID_REQUEST with its place',
  defect: {
    file: 'src/serving/tensor.js',
    find: "if ('problem' in parsed)",
    replace: "if ('problem' in parsed && input.type !== 'DATE')",
  },
  run: async () => {
    const wrong = WRONG_TYPES.flatMap(({ name, run }) => {
      const problem = run();
      return problem === null ? [] : [`${name}: ${problem}`];
    });
    return {
      ok: wrong.length === 0,
      figure: [`${WRONG_TYPES.length} request values, ${wrong.length} wrong`, ...wrong.slice(0, 3)].join(
        ' | ',
      ),
    };
  },
};
