import { exp } from '../compile/runtime/exponential.js';
import { ln } from '../compile/runtime/logarithm.js';

/** What makes scores of two classes agree with how often TRUE happens, as it was fitted. */
export type Calibration =
  | {
      readonly kind: 'platt';
      /** The probability is σ(slope · logit + intercept). */
      readonly slope: number;
      readonly intercept: number;
    }
  | {
      readonly kind: 'isotonic';
      /** Logits in ascending order; between two of them the probability is interpolated, beyond the ends it stays. */
      readonly logits: readonly number[];
      /** The probability at each of them, never falling. */
      readonly probabilities: readonly number[];
    };

/** The calibrated probability of one score. */
export function calibrated(
  calibration: Calibration,
  score: number,
  kind: 'logits' | 'probabilities',
): number {
  const logit = kind === 'logits' ? score : logitOf(score);
  return calibration.kind === 'platt'
    ? logistic(calibration.slope * logit + calibration.intercept)
    : interpolated(calibration.logits, calibration.probabilities, logit);
}

/** ln(p / (1 − p)), with p kept this far from 0 and 1. */
export function logitOf(probability: number): number {
  const p = Math.min(1 - NEAREST, Math.max(NEAREST, probability));
  return ln(p / (1 - p));
}

const NEAREST = 1e-15;

/** The logistic function, from the side on which nothing overflows. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x));
  const power = exp(x);
  return power / (1 + power);
}

function interpolated(xs: readonly number[], ys: readonly number[], x: number): number {
  const above = firstAbove(xs, x);
  if (above === 0) return ys[0]!;
  const below = above - 1;
  if (above === xs.length || xs[below] === x) return ys[below]!;
  const share = (x - xs[below]!) / (xs[above]! - xs[below]!);
  return ys[below]! + share * (ys[above]! - ys[below]!);
}

/** The place of the first number greater than `x`, by halving. */
function firstAbove(sorted: readonly number[], x: number): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (sorted[middle]! > x) to = middle;
    else from = middle + 1;
  }
  return from;
}
