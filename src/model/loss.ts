import { exp } from '../compile/runtime/exponential.js';
import { ln } from '../compile/runtime/logarithm.js';
import type { Task } from '../definition/document.js';

/** Scores of some rows and what they should have been; `weights` null counts every row 1. */
export type ScoredTargets = {
  /** Scores a row. */
  readonly outputs: number;
  readonly scores: Float32Array;
  readonly targets: Float32Array;
  readonly weights: Float32Array | null;
};

/**
 * The loss summed over rows, in doubles and by pinned functions: −ln p of the true class, or half of the squared difference.
 * Into `errors`, if given, goes its slope by each score: p − y, or the difference, times `scale`.
 */
export function lossOf(
  task: Task,
  rows: ScoredTargets,
  errors?: { readonly into: Float32Array; readonly scale: number },
): number {
  return LOSSES[task](rows, errors ?? { into: new Float32Array(rows.scores.length), scale: 1 });
}

type Loss = (rows: ScoredTargets, errors: { readonly into: Float32Array; readonly scale: number }) => number;

const LOSSES: Record<Task, Loss> = {
  binary: ({ scores, targets, weights }, { into, scale }) => {
    let total = 0;
    for (let row = 0; row < targets.length; row++) {
      const weight = weights === null ? 1 : weights[row]!;
      const score = scores[row]!;
      const target = targets[row]!;
      const power = exp(-Math.abs(score));
      total += weight * (Math.max(score, 0) - target * score + ln(1 + power));
      // The logistic function, by the same power.
      const probability = (score >= 0 ? 1 : power) / (1 + power);
      into[row] = (probability - target) * weight * scale;
    }
    return total;
  },
  regression: ({ scores, targets, weights }, { into, scale }) => {
    let total = 0;
    for (let row = 0; row < targets.length; row++) {
      const weight = weights === null ? 1 : weights[row]!;
      const difference = scores[row]! - targets[row]!;
      total += (weight * difference * difference) / 2;
      into[row] = difference * weight * scale;
    }
    return total;
  },
  multiClass: (rows, errors) => {
    let total = 0;
    for (let row = 0; row < rows.targets.length; row++) total += classLoss(rows, errors, row);
    return total;
  },
};

function classLoss(
  { outputs, scores, targets, weights }: ScoredTargets,
  { into, scale }: { readonly into: Float32Array; readonly scale: number },
  row: number,
): number {
  const weight = weights === null ? 1 : weights[row]!;
  const from = row * outputs;
  let largest = Number.NEGATIVE_INFINITY;
  for (let place = from; place < from + outputs; place++) largest = Math.max(largest, scores[place]!);
  let sum = 0;
  for (let place = from; place < from + outputs; place++) sum += exp(scores[place]! - largest);
  for (let place = from; place < from + outputs; place++) {
    const target = place - from === targets[row] ? 1 : 0;
    into[place] = (exp(scores[place]! - largest) / sum - target) * weight * scale;
  }
  // A row of a class that the training split does not have counts nothing.
  if (weight === 0) return 0;
  return weight * (ln(sum) + largest - scores[from + targets[row]!]!);
}
