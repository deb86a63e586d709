import { PlumblineError } from '../definition/error.js';
import { classProbabilities } from '../model/class-probabilities.js';
import type { SplitMetrics } from '../model/metrics.js';
import { type PostprocessState, predictionsOf, probabilitiesOf } from '../model/postprocess.js';
import type { Matrix, Predictor } from '../model/runtime.js';
import { measureBinary, measureClasses, measureQuantity } from './metrics.js';
import type { LabelledInputs } from './split-rows.js';
import type { Targets } from './targets.js';

/** The rows of a split as a model scores them, beside what they should have been. */
export type ScoredSplit = {
  readonly scores: Matrix;
  /** As {@link Targets} has them. */
  readonly targets: Float32Array;
  /** As they were read. */
  readonly labels: Float64Array;
};

/** Scores rows part by part. Throws TRAINING_FAILED for a score that is no finite number: nothing could be measured by it. */
export async function scoreSplit(
  predictor: Predictor,
  parts: Iterable<LabelledInputs>,
  targets: Targets,
): Promise<ScoredSplit> {
  const width = targets.outputs;
  const scored: Float32Array[] = [];
  const labels: Float64Array[] = [];
  for (const part of parts) {
    labels.push(part.labels);
    for (const inputs of cut(part.inputs)) scored.push(finite((await predictor.predict(inputs)).values));
  }
  const values = joined(Float32Array, scored);
  const all = joined(Float64Array, labels);
  return { scores: { rows: all.length, width, values }, targets: targets.of(all), labels: all };
}

function finite(scores: Float32Array): Float32Array {
  const place = scores.findIndex((score) => !Number.isFinite(score));
  if (place < 0) return scores;
  throw new PlumblineError(
    'TRAINING_FAILED',
    `the model gives ${scores[place]} for a row; scale the inputs, bound what is far from the rest, or lower learningRate`,
  );
}

/** Measures a split by the outputs that a caller would get. */
export function measureSplit(
  state: PostprocessState,
  { scores, targets, labels }: ScoredSplit,
): SplitMetrics {
  switch (state.task) {
    case 'binary':
      return measureBinary(targets, probabilitiesOf(state, scores), state.threshold);
    case 'multiClass':
      return measureClasses(targets, classProbabilities(state, scores));
    case 'regression':
      return measureQuantity(labels, predictionsOf(state, scores));
  }
}

/** Rows a predictor gets at once: enough to be fast, few enough to stay in the wasm memory. */
const ROWS_AT_ONCE = 16_384;

/** Numbers of their vectors, 64 MiB: an ONNX model gets a copy. */
const NUMBERS_AT_ONCE = 2 ** 24;

function* cut({ rows, width, values }: Matrix): Iterable<Matrix> {
  const most = Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(NUMBERS_AT_ONCE / width)));
  for (let from = 0; from < rows; from += most) {
    const to = Math.min(from + most, rows);
    yield { rows: to - from, width, values: values.subarray(from * width, to * width) };
  }
}

function joined<T extends Float32Array | Float64Array>(
  type: new (length: number) => T,
  parts: readonly T[],
): T {
  const all = new type(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
