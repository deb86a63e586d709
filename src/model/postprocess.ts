import type { ModelInput } from '../compile/model.js';
import { predictionColumns } from '../compile/model-outputs.js';
import type { Column } from '../definition/column-batch.js';
import type { LabelScaler } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { type Calibration, calibrated, logistic } from './calibration.js';
import { type ClassScores, classProbabilities } from './class-probabilities.js';
import type { Matrix } from './runtime.js';

/** What makes a model's scores into its outputs: part of the version, in doubles, by pinned functions alone (S8, S24). */
export type PostprocessState = BinaryState | MultiClassState | RegressionState;

export type BinaryState = {
  readonly task: 'binary';
  /** What the model's scores are; a model of ours gives logits. */
  readonly scores: 'logits' | 'probabilities';
  readonly calibration: Calibration | null;
  /** The least probability whose label is true. */
  readonly threshold: number;
  /** What the classes are called; null is FALSE and TRUE. */
  readonly labels: { readonly false: string; readonly true: string } | null;
};

export type MultiClassState = ClassScores & {
  readonly task: 'multiClass';
  /** Values of the label, in the order of scores and probabilities. */
  readonly classes: readonly string[];
  /** What each of them is called in answers. */
  readonly labels: readonly string[];
};

export type RegressionState = {
  readonly task: 'regression';
  /** A prediction is center + score · spread; null leaves it as it is. */
  readonly scale: { readonly function: LabelScaler; readonly center: number; readonly spread: number } | null;
};

/** That of versions trained before post-processing was recorded. */
export const PLAIN_BINARY: BinaryState = {
  task: 'binary',
  scores: 'logits',
  calibration: null,
  threshold: 0.5,
  labels: null,
};

/** Scores a row that a model with this post-processing has. */
export function scoresOf(state: PostprocessState): number {
  return state.task === 'multiClass' ? state.classes.length : 1;
}

/** The columns that {@link postprocess} makes, in order; none is ever NULL. */
export function outputsOf(state: PostprocessState): readonly ModelInput[] {
  const named = state.task === 'binary' && state.labels !== null;
  return predictionColumns(state.task, named);
}

/**
 * The outputs of rows from their scores: `probability` and `label` of two classes; `probabilities`, in the order of the
 * classes, and `label` of several, the first one of the most probable; `prediction` of a regression. Throws
 * PREDICTION_FAILED for a score that is not finite.
 */
export function postprocess(state: PostprocessState, scores: Matrix): ReadonlyMap<string, Column> {
  requireFinite(scores.values);
  switch (state.task) {
    case 'binary':
      return binaryOutputs(state, scores);
    case 'multiClass':
      return multiClassOutputs(state, scores);
    case 'regression':
      return new Map([['prediction', doubles(predictionsOf(state, scores))]]);
  }
}

/** The calibrated probability of TRUE, one a row. */
export function probabilitiesOf(
  { scores: kind, calibration }: Pick<BinaryState, 'scores' | 'calibration'>,
  scores: Matrix,
): Float64Array {
  return Float64Array.from(scores.values, (score) => {
    if (calibration !== null) return calibrated(calibration, score, kind);
    return kind === 'logits' ? logistic(score) : Math.min(1, Math.max(0, score));
  });
}

function binaryOutputs(state: BinaryState, scores: Matrix): ReadonlyMap<string, Column> {
  const { threshold, labels } = state;
  const probabilities = probabilitiesOf(state, scores);
  const isTrue = Uint8Array.from(probabilities, (probability) => (probability >= threshold ? 1 : 0));
  const label: Column =
    labels === null
      ? { type: 'BOOL', values: isTrue, valid: null }
      : texts(Array.from(isTrue, (each) => (each === 1 ? labels.true : labels.false)));
  return new Map([
    ['probability', doubles(probabilities)],
    ['label', label],
  ]);
}

function multiClassOutputs(state: MultiClassState, scores: Matrix): ReadonlyMap<string, Column> {
  const rows = classProbabilities(state, scores);
  const label = rows.map((row) => state.labels[row.indexOf(Math.max(...row))]!);
  return new Map([
    ['probabilities', { type: 'ARRAY<FLOAT64>', values: rows, valid: null }],
    ['label', texts(label)],
  ]);
}

/** The predictions of a regression, scaled back, one a row. */
export function predictionsOf({ scale }: Pick<RegressionState, 'scale'>, scores: Matrix): Float64Array {
  if (scale === null) return Float64Array.from(scores.values);
  const { center, spread } = scale;
  const predictions = Float64Array.from(scores.values, (score) => center + score * spread);
  requireFinite(predictions);
  return predictions;
}

function requireFinite(numbers: Float32Array | Float64Array): void {
  const row = numbers.findIndex((number) => !Number.isFinite(number));
  if (row < 0) return;
  throw new PlumblineError(
    'PREDICTION_FAILED',
    `the model gives ${numbers[row]} for a row; its inputs are far beyond those it was trained on: check them, or scale and clamp them in the transform`,
    { score: row },
  );
}

function doubles(values: Float64Array): Column {
  return { type: 'FLOAT64', values, valid: null };
}

function texts(values: readonly string[]): Column {
  return { type: 'STRING', values, valid: null };
}
