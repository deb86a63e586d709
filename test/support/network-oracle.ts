import type { Architecture } from '../../src/model/architecture.js';
import type { NetworkInputs } from '../../src/model/network-inputs.js';
import { type Parameter, parametersOf } from '../../src/model/parameters.js';

/** The scores of rows in doubles, as a definition of a network would put it: loops, no matrices. */
export function naiveScores(
  architecture: Architecture,
  values: ArrayLike<number>,
  inputs: NetworkInputs,
): number[] {
  const parameters = parametersOf(architecture);
  const at = ({ offset, shape }: Parameter, row: number, column: number): number =>
    values[offset + row * shape.at(-1)! + column]!;
  const act = {
    relu: (x: number) => Math.max(0, x),
    tanh: Math.tanh,
    sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  };
  return Array.from({ length: inputs.rows }, (_, row) => {
    const width = architecture.deep.numbers.length;
    let layer = [...inputs.numbers.subarray(row * width, (row + 1) * width)];
    parameters.embeddings.forEach((parameter, i) => {
      const index = inputs.indices[i]![row]!;
      for (let d = 0; d < parameter.shape[1]!; d++) layer.push(at(parameter, index, d));
    });
    parameters.layers.forEach(({ weights, bias }, place) => {
      const sums = Array.from({ length: bias.length }, (_unit, unit) =>
        layer.reduce((sum, x, input) => sum + x * at(weights, input, unit), at(bias, 0, unit)),
      );
      layer = place < architecture.hiddenLayers.length ? sums.map(act[architecture.activation]) : sums;
    });
    return layer.map((score, output) => {
      const count = architecture.wide?.numbers.length ?? 0;
      let sum = score;
      for (let i = 0; i < count; i++)
        sum += inputs.wideNumbers[row * count + i]! * at(parameters.wide!, i, output);
      parameters.wideIndices.forEach((parameter, i) => {
        sum += at(parameter, inputs.wideIndices[i]![row]!, output);
      });
      return sum;
    });
  }).flat();
}

/** The slopes of Σ errors · scores by every parameter: differences of naive scores. */
export function naiveSlopes(
  architecture: Architecture,
  values: Float32Array,
  { inputs, errors }: { readonly inputs: NetworkInputs; readonly errors: Float32Array },
): number[] {
  const total = (at: number, step: number): number => {
    const moved = Float64Array.from(values);
    moved[at] = moved[at]! + step;
    return naiveScores(architecture, moved, inputs).reduce((sum, score, i) => sum + score * errors[i]!, 0);
  };
  const STEP = 1e-6;
  return Array.from(values, (_, at) => (total(at, STEP) - total(at, -STEP)) / (2 * STEP));
}
