import { ExactSum } from '../compile/exact-sum.js';
import { ln } from '../compile/runtime/logarithm.js';
import type { BinaryMetrics, MultiClassMetrics, RegressionMetrics } from '../model/metrics.js';

/** Measures probabilities against labels of 0 and 1; both classes must occur. TRUE is predicted from `threshold` on. */
export function measureBinary(
  labels: Float32Array,
  probabilities: Float64Array,
  threshold: number,
): BinaryMetrics {
  const isHit = (probability: number, row: number): boolean => probability >= threshold && labels[row] === 1;
  const positives = labels.reduce((count, label) => count + label, 0);
  const predicted = probabilities.filter((probability) => probability >= threshold).length;
  const hits = probabilities.filter(isHit).length;
  return {
    task: 'binary',
    rows: labels.length,
    positives,
    auc: areaUnderCurve(labels, probabilities),
    logLoss: logLoss(labels, probabilities),
    brier: mean(probabilities.map((probability, row) => (probability - labels[row]!) ** 2)),
    precision: predicted === 0 ? null : hits / predicted,
    recall: hits / positives,
  };
}

/**
 * The probability that a positive row scores higher than a negative one, ties counting half: the Mann-Whitney statistic
 * over groups of equal scores, counted in whole numbers and divided once. NaN when a class is missing.
 */
export function areaUnderCurve(labels: Float32Array, scores: Float64Array): number {
  const order = Uint32Array.from(labels.keys());
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
export function logLoss(labels: Float32Array, probabilities: Float64Array): number {
  return mean(
    probabilities.map((probability, row) => surprise(labels[row] === 1 ? probability : 1 - probability)),
  );
}

function surprise(probability: number): number {
  return -ln(Math.min(1 - CLAMP, Math.max(CLAMP, probability)));
}

/**
 * Measures the probabilities of classes, one row a row, against the places of the true ones; −1 is a class that the model
 * does not know, which is never right. The prediction is the first most probable class.
 */
export function measureClasses(
  targets: Float32Array,
  probabilities: readonly (readonly number[])[],
): MultiClassMetrics {
  const predicted = probabilities.map((row) => row.indexOf(Math.max(...row)));
  const count = (holds: (row: number) => boolean): number =>
    targets.reduce((total, _, row) => total + (holds(row) ? 1 : 0), 0);
  const classes = probabilities[0]!.map((_, place) => place);
  return {
    task: 'multiClass',
    rows: targets.length,
    classRows: classes.map((place) => count((row) => targets[row] === place)),
    accuracy: count((row) => targets[row] === predicted[row]) / targets.length,
    logLoss: mean(Float64Array.from(targets, (target, row) => surprise(probabilities[row]![target] ?? 0))),
    macroF1: macroF1(targets, predicted),
  };
}

function macroF1(targets: Float32Array, predicted: readonly number[]): number {
  const tally = new Map<number, { hits: number; predicted: number; actual: number }>();
  const of = (place: number): { hits: number; predicted: number; actual: number } => {
    const known = tally.get(place) ?? { hits: 0, predicted: 0, actual: 0 };
    tally.set(place, known);
    return known;
  };
  targets.forEach((target, row) => {
    of(target).actual++;
    of(predicted[row]!).predicted++;
    if (target === predicted[row]) of(target).hits++;
  });
  const scores = [...tally.values()].map(({ hits, predicted: said, actual }) => (2 * hits) / (said + actual));
  return mean(Float64Array.from(scores));
}

/** Measures predictions of a quantity against the labels. */
export function measureQuantity(labels: Float64Array, predictions: Float64Array): RegressionMetrics {
  const center = mean(labels);
  const squares = predictions.map((prediction, row) => (prediction - labels[row]!) ** 2);
  const meanSquaredError = mean(squares);
  const variance = mean(labels.map((label) => (label - center) ** 2));
  return {
    task: 'regression',
    rows: labels.length,
    meanSquaredError,
    meanAbsoluteError: mean(predictions.map((prediction, row) => Math.abs(prediction - labels[row]!))),
    r2: variance === 0 ? null : 1 - meanSquaredError / variance,
  };
}

function mean(values: Float64Array): number {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum.value() / values.length;
}
