import type { Postprocess } from '../compile/model-postprocess.js';
import type { CalibrationMethod, ScoreKind } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { type Calibration, logitOf } from '../model/calibration.js';
import { logOdds } from '../model/class-probabilities.js';
import { type BinaryState, type PostprocessState, probabilitiesOf } from '../model/postprocess.js';
import type { Matrix } from '../model/runtime.js';
import { chooseThreshold } from './choose-threshold.js';
import { fitCalibration } from './fit-calibration.js';
import type { Targets } from './targets.js';

/** Scores of rows and what they should have been. */
type ScoredRows = { readonly scores: Matrix; readonly targets: Float32Array };

/**
 * What makes scores into outputs, fitted on the validation split alone, null where a definition has none. Throws
 * TRAINING_FAILED when a label that is named is no class.
 */
export function fitPostprocess(
  asked: Postprocess,
  targets: Targets,
  validation: ScoredRows | null,
  scores: ScoreKind,
): PostprocessState {
  switch (targets.task) {
    case 'binary':
      return fitBinary(asked, validation, scores);
    case 'multiClass': {
      const { classes } = targets;
      const calibration = asked.calibration && fitClasses(asked.calibration, classes, { scores, validation });
      const labels = namesOf(classes, asked.labels ?? {});
      return { task: 'multiClass', scores, classes, labels, ...(calibration && { calibration }) };
    }
    case 'regression':
      return { task: 'regression', scale: targets.scale };
  }
}

function fitBinary(asked: Postprocess, validation: ScoredRows | null, scores: ScoreKind): BinaryState {
  const { calibration: method, threshold, labels } = asked;
  // The definition was refused if it asked for either without a validation split.
  const found = validation?.scores.values ?? new Float32Array(0);
  const logits = Float64Array.from(found, (score) => (scores === 'logits' ? score : logitOf(score)));
  const calibration = method === null ? null : fitCalibration(method, logits, validation!.targets);
  const chosen =
    typeof threshold === 'number'
      ? threshold
      : chooseThreshold(threshold, {
          probabilities: probabilitiesOf({ scores, calibration }, validation!.scores),
          labels: validation!.targets,
        });
  const names = labels === null ? null : { false: labels['false']!, true: labels['true']! };
  return { task: 'binary', scores, calibration, threshold: chosen, labels: names };
}

type ClassRows = { readonly scores: ScoreKind; readonly validation: ScoredRows | null };

/** One calibration a class, against the rest; rows of a class that the training split does not have count nothing. */
function fitClasses(
  method: CalibrationMethod,
  classes: readonly string[],
  { scores: kind, validation }: ClassRows,
): readonly Calibration[] {
  // The definition was refused if it asked for calibration without a validation split.
  const { scores, targets } = validation!;
  const known = [...targets.keys()].filter((row) => targets[row]! >= 0);
  const odds = logOdds(kind, scores);
  return classes.map((_, place) =>
    fitCalibration(
      method,
      Float64Array.from(known, (row) => odds[row]![place]!),
      Float32Array.from(known, (row) => (targets[row] === place ? 1 : 0)),
    ),
  );
}

function namesOf(classes: readonly string[], names: Readonly<Record<string, string>>): readonly string[] {
  const unknown = Object.keys(names).find((label) => !classes.includes(label));
  if (unknown !== undefined) {
    throw new PlumblineError(
      'TRAINING_FAILED',
      `"postprocess.labels" names ${JSON.stringify(unknown)}, which is no class of the training split; there are ${classes.join(', ')}`,
      { path: '/postprocess/labels' },
    );
  }
  return classes.map((label) => (Object.hasOwn(names, label) ? names[label]! : label));
}
