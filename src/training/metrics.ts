import type { SplitMetrics } from '../model/manifest.js';

/** Measures probabilities against labels of 0 and 1; both classes must occur. */
export function measure(labels: Uint8Array, probabilities: Float32Array): SplitMetrics {
  const positives = labels.reduce((count, label) => count + label, 0);
  return {
    rows: labels.length,
    positives,
    auc: areaUnderCurve(labels, probabilities),
    logLoss: logLoss(labels, probabilities),
  };
}

/**
 * The probability that a positive row scores higher than a negative one, ties counting half: the Mann-Whitney statistic
 * over groups of equal scores, counted in whole numbers and divided once. NaN when a class is missing.
 */
export function areaUnderCurve(labels: Uint8Array, scores: Float32Array): number {
  const order = Uint32Array.from({ length: labels.length }, (_, row) => row);
  order.sort((a, b) => scores[a]! - scores[b]!);
  let negativesBelow = 0;
  let positives = 0;
  let twiceWins = 0;
  for (let from = 0; from < order.length; ) {
    const score = scores[order[from]!]!;
    let groupPositives = 0;
    let to = from;
    for (; to < order.length && scores[order[to]!] === score; to++) {
      groupPositives += labels[order[to]!]!;
    }
    const groupNegatives = to - from - groupPositives;
    twiceWins += groupPositives * (2 * negativesBelow + groupNegatives);
    negativesBelow += groupNegatives;
    positives += groupPositives;
    from = to;
  }
  return twiceWins / (2 * positives * negativesBelow);
}

/** Keeps the logarithm finite: a probability is taken to lie at least this far from 0 and 1. */
const CLAMP = 1e-15;

/** Mean of −ln p for positive and −ln (1 − p) for negative rows, in double precision. */
export function logLoss(labels: Uint8Array, probabilities: Float32Array): number {
  let total = 0;
  for (let row = 0; row < labels.length; row++) {
    const p = Math.min(1 - CLAMP, Math.max(CLAMP, probabilities[row]!));
    total -= Math.log(labels[row] === 1 ? p : 1 - p);
  }
  return total / labels.length;
}
