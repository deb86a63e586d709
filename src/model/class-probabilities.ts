import { exp } from '../compile/runtime/exponential.js';
import { ln } from '../compile/runtime/logarithm.js';
import { type Calibration, calibrated, logitOf } from './calibration.js';
import type { Matrix } from './runtime.js';

/** How scores of several classes become probabilities. */
export type ClassScores = {
  readonly scores: 'logits' | 'probabilities';
  /** One a class, against the rest; absent where probabilities are the model's own. */
  readonly calibration?: readonly Calibration[];
};

/**
 * The probabilities of the classes of each row: the softmax of logits, summed in the order of the classes. Calibrated ones are
 * each class's own against the rest, over their sum, equal where all are 0: one-vs-rest as scikit-learn's
 * CalibratedClassifierCV has it (Zadrozny and Elkan, 2002).
 */
export function classProbabilities(
  { scores: kind, calibration }: ClassScores,
  matrix: Matrix,
): readonly (readonly number[])[] {
  return rowsOf(matrix).map((scores) => {
    if (calibration !== undefined) return oneVersusRest(calibration, logOddsOf(kind, scores));
    return kind === 'logits' ? softmax(scores) : scores;
  });
}

/** The logits of each class against all others together, one row a row. */
export function logOdds(kind: ClassScores['scores'], matrix: Matrix): readonly (readonly number[])[] {
  return rowsOf(matrix).map((scores) => logOddsOf(kind, scores));
}

function rowsOf({ rows, width, values }: Matrix): readonly (readonly number[])[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(values.subarray(row * width, (row + 1) * width)),
  );
}

function softmax(scores: readonly number[]): readonly number[] {
  const { powers, sum } = powersOf(scores);
  return powers.map((power) => power / sum);
}

function oneVersusRest(calibration: readonly Calibration[], odds: readonly number[]): readonly number[] {
  const own = odds.map((logit, place) => calibrated(calibration[place]!, logit, 'logits'));
  const sum = own.reduce((total, probability) => total + probability, 0);
  return own.map((probability) => (sum === 0 ? 1 / own.length : probability / sum));
}

function logOddsOf(kind: ClassScores['scores'], scores: readonly number[]): readonly number[] {
  if (kind === 'probabilities') return scores.map(logitOf);
  const { powers, largest, sum } = powersOf(scores);
  return scores.map((score, place) => {
    const power = powers[place]!;
    // What outweighs all others hides them in the difference; there is one such class at most.
    return power * 2 < sum ? score - largest - ln(sum - power) : score - lnSumBeside(scores, place);
  });
}

function lnSumBeside(scores: readonly number[], place: number): number {
  const { largest, sum } = powersOf(scores.filter((_, other) => other !== place));
  return largest + ln(sum);
}

/** The power of each score to the greatest of them, which is 1. */
function powersOf(scores: readonly number[]) {
  const largest = scores.reduce((most, score) => Math.max(most, score));
  const powers = scores.map((score) => exp(score - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return { powers, largest, sum };
}
