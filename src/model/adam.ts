import type { Parameters } from './parameters.js';

/**
 * Adam (Kingma and Ba, 2015; β₁ = 0.9, β₂ = 0.999, ε = 1e-8) on one vector of parameters, computed in doubles and kept in
 * float32. `l2` times a weight is added to its gradient.
 */
export class Adam {
  private readonly means: Float32Array;
  private readonly squares: Float32Array;
  private readonly decays: readonly { readonly from: number; readonly to: number; readonly l2: number }[];
  private steps = 0;

  constructor(
    { all, length }: Parameters,
    private readonly settings: { readonly learningRate: number; readonly l2: number },
  ) {
    this.means = new Float32Array(length);
    this.squares = new Float32Array(length);
    this.decays = all.map(({ offset, length: count, isWeight }) => ({
      from: offset,
      to: offset + count,
      l2: isWeight ? settings.l2 : 0,
    }));
  }

  /** One step of `values` against `gradient`. */
  step(values: Float32Array, gradient: Float32Array): void {
    this.steps++;
    const { learningRate } = this.settings;
    const rate = (learningRate * Math.sqrt(1 - BETA2 ** this.steps)) / (1 - BETA1 ** this.steps);
    const { means, squares } = this;
    for (const { from, to, l2 } of this.decays) {
      for (let at = from; at < to; at++) {
        const slope = gradient[at]! + l2 * values[at]!;
        const mean = BETA1 * means[at]! + (1 - BETA1) * slope;
        const square = BETA2 * squares[at]! + (1 - BETA2) * slope * slope;
        means[at] = mean;
        squares[at] = square;
        values[at] = values[at]! - (rate * mean) / (Math.sqrt(square) + EPSILON);
      }
    }
  }
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
