import type { ThresholdRule } from '../definition/document.js';

/**
 * The threshold between two classes that serves a rule best on some rows: of those among the probabilities that occur, the
 * one with the greatest score, the highest such one where several do. Labels are 0 and 1; both occur.
 */
export function chooseThreshold(
  rule: ThresholdRule,
  rows: { readonly probabilities: Float64Array; readonly labels: Float32Array },
): number {
  const { probabilities, labels } = rows;
  const order = Uint32Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]!);
  const positives = labels.reduce((count, label) => count + label, 0);
  const all = { positives, negatives: labels.length - positives };
  let [best, greatest] = [0.5, Number.NEGATIVE_INFINITY];
  let [hits, alarms] = [0, 0];
  order.forEach((row, at) => {
    if (labels[row] === 1) hits++;
    else alarms++;
    const probability = probabilities[row]!;
    // Rows of one probability are all predicted TRUE or none.
    if (probabilities[order[at + 1] ?? -1] === probability) return;
    const score = SCORES[rule]({ hits, alarms, ...all });
    if (score > greatest) [best, greatest] = [probability, score];
  });
  return best;
}

type Counts = {
  /** Rows predicted TRUE that are. */
  readonly hits: number;
  /** Rows predicted TRUE that are not. */
  readonly alarms: number;
  readonly positives: number;
  readonly negatives: number;
};

const SCORES: Record<ThresholdRule, (counts: Counts) => number> = {
  maxF1: ({ hits, alarms, positives }) => (2 * hits) / (hits + alarms + positives),
  maxAccuracy: ({ hits, alarms, positives, negatives }) =>
    (hits + negatives - alarms) / (positives + negatives),
  // In whole numbers, recall plus specificity times the rows of both classes, so that equal ones are equal.
  maxYouden: ({ hits, alarms, positives, negatives }) => hits * negatives - alarms * positives,
};
