import { dataType } from '../compile/graph/graph-builder.js';
import type { GraphOutput } from '../compile/graph/graph-model.js';
import type { GraphValues } from '../compile/graph/graph-value.js';
import type { Calibration } from './calibration.js';
import type { BinaryState, MultiClassState, PostprocessState, RegressionState } from './postprocess.js';

/**
 * What post-processing makes of scores, as outputs of a graph: `probability` [rows] and `label` [rows] of two classes, 1 for
 * TRUE; `probabilities` [rows, classes] and `label`, the class's place, of several; `prediction` [rows] of a regression.
 */
export function outputGraph(
  values: GraphValues,
  scores: string,
  state: PostprocessState,
): readonly GraphOutput[] {
  switch (state.task) {
    case 'binary':
      return binaryOutputs(values, firstOf(values, scores), state);
    case 'multiClass':
      return classOutputs(values, scores, state);
    case 'regression':
      return [{ name: 'prediction', node: scaledBack(values, firstOf(values, scores), state), shape: [-1] }];
  }
}

function binaryOutputs(
  values: GraphValues,
  logit: string,
  { calibration, threshold }: BinaryState,
): readonly GraphOutput[] {
  const probability =
    calibration === null ? values.float('Sigmoid', logit) : calibrated(values, logit, calibration);
  const isTrue = values.compare('GreaterEqual', probability, values.builder.number(threshold));
  return [
    { name: 'probability', node: probability, shape: [-1] },
    { name: 'label', node: values.truth(isTrue), shape: [-1] },
  ];
}

function classOutputs(
  { builder }: GraphValues,
  logits: string,
  { classes }: MultiClassState,
): readonly GraphOutput[] {
  const place = builder.op('ArgMax', [logits, builder.integers([1], [])], {
    T: dataType('float32'),
    Tidx: dataType('int32'),
  });
  const label = builder.op('Cast', [place], { SrcT: dataType('int32'), DstT: dataType('float32') });
  return [
    {
      name: 'probabilities',
      node: builder.op('Softmax', [logits], { T: dataType('float32') }),
      shape: [-1, classes.length],
    },
    { name: 'label', node: label, shape: [-1] },
  ];
}

function calibrated(values: GraphValues, logit: string, calibration: Calibration): string {
  const { builder } = values;
  if (calibration.kind === 'platt') {
    const scaled = values.float('Mul', logit, builder.number(calibration.slope));
    return values.float('Sigmoid', values.float('AddV2', scaled, builder.number(calibration.intercept)));
  }
  return interpolated(values, logit, calibration);
}

/** Straight lines between the points, level beyond the ends: a line for each of the gaps, chosen by how many points lie below. */
function interpolated(
  values: GraphValues,
  logit: string,
  { logits, probabilities }: Extract<Calibration, { kind: 'isotonic' }>,
): string {
  const gaps = logits.slice(1).map((end, index) => {
    const start = logits[index]!;
    const rise = probabilities[index + 1]! - probabilities[index]!;
    return { start, from: probabilities[index]!, slope: rise / (end - start) };
  });
  const level = (at: number): (typeof gaps)[number] => ({ start: 0, from: probabilities.at(at)!, slope: 0 });
  const lines = [level(0), ...gaps, level(-1)];
  const line = values.bucket(logit, logits);
  const [start, from, slope] = (['start', 'from', 'slope'] as const).map((part) =>
    values.lookUp(
      lines.map((each) => each[part]),
      line,
    ),
  );
  const rise = values.float('Mul', values.float('Sub', logit, start!), slope!);
  return values.float('AddV2', from!, rise);
}

function scaledBack(values: GraphValues, score: string, { scale }: RegressionState): string {
  if (scale === null) return score;
  const spread = values.float('Mul', score, values.builder.number(scale.spread));
  return values.float('AddV2', spread, values.builder.number(scale.center));
}

/** [rows, 1] as [rows]. */
function firstOf({ builder }: GraphValues, scores: string): string {
  return builder.op('Squeeze', [scores], { T: dataType('float32'), squeeze_dims: { list: { i: ['1'] } } });
}
