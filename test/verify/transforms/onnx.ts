import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../../demo/paths.js';
import { OnnxRuntime } from '../../../src/model/adapter/onnx.js';
import type { Architecture } from '../../../src/model/architecture.js';
import { importedWeights } from '../../../src/model/imported-model.js';
import { OnnxFiles } from '../../../src/model/onnx-files.js';
import type { Check } from '../check.js';

const ROWS = 20_000;
const KERNEL = [0.5, -0.25, 1.5, -1] as const;
const BIAS = 0.125;

const ARCHITECTURE: Architecture = {
  task: 'regression',
  width: KERNEL.length,
  outputs: 1,
  deep: { numbers: [0, 1, 2, 3], embeddings: [] },
  hiddenLayers: [],
  activation: 'relu',
  wide: null,
  imported: { output: null },
};

/** A model made elsewhere scores what its file says, all rows at once and one at a time. */
export const onnx: Check = {
  name: 'onnx',
  bar: `${ROWS} rows scored by an ONNX file as its weights say, to float32; the same bits alone as together`,
  defect: {
    file: 'src/model/adapter/onnx.js',
    find: 'values: values.slice()',
    replace: 'values: values.slice().reverse()',
  },
  run: async () => {
    const bytes = await readFile(join(ROOT, 'test', 'data', 'onnx', 'linear.onnx'));
    const predictor = await new OnnxRuntime(new OnnxFiles('')).load(ARCHITECTURE, importedWeights(bytes));
    const values = Float32Array.from(
      { length: ROWS * KERNEL.length },
      (_, at) => Math.sin(at * 12.9898) * 10,
    );
    const { values: scores } = await predictor.predict({ rows: ROWS, width: KERNEL.length, values });
    let wrong = 0;
    let apart = 0;
    for (let row = 0; row < ROWS; row++) {
      const own = values.slice(row * KERNEL.length, (row + 1) * KERNEL.length);
      const expected = KERNEL.reduce((sum, weight, at) => sum + weight * own[at]!, BIAS);
      if (!(Math.abs(scores[row]! - expected) <= 1e-5)) wrong++;
      if (row % 50 === 0) {
        const alone = await predictor.predict({ rows: 1, width: KERNEL.length, values: own });
        if (alone.values[0] !== scores[row]) apart++;
      }
    }
    predictor.close();
    return {
      ok: wrong === 0 && apart === 0 && scores.length === ROWS,
      figure: `${wrong} of ${ROWS} rows differ, ${apart} rows differ alone`,
    };
  },
};
