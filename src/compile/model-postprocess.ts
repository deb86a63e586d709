import {
  type CalibrationMethod,
  type ModelDocument,
  THRESHOLD_RULES,
  type ThresholdRule,
} from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import { type Trainer, taskOf } from './model-trainer.js';

/** What becomes of scores, as a definition asks for it: defaults filled in. */
export type Postprocess = {
  readonly calibration: CalibrationMethod | null;
  readonly threshold: number | ThresholdRule;
  /** Class to the name it has in answers. */
  readonly labels: Readonly<Record<string, string>> | null;
};

const DEFAULTS: Postprocess = { calibration: null, threshold: 0.5, labels: null };

/** Whether a definition asks for nothing but the defaults, as every definition without `postprocess` does. */
export function isDefaultPostprocess({ calibration, threshold, labels }: Postprocess): boolean {
  return calibration === null && threshold === DEFAULTS.threshold && labels === null;
}

/** Fills in post-processing and checks it against what is predicted. */
export function compilePostprocess(
  document: ModelDocument,
  trainer: Trainer | null,
  problems: Problem[],
): Postprocess {
  const postprocess = { ...DEFAULTS, ...document.postprocess };
  const refuse: Refuse = (path, message) => problems.push({ path: `/postprocess/${path}`, message });
  checkThreshold(postprocess, refuse);
  if (trainer !== null) checkTask(document, trainer, refuse);
  if (postprocess.labels !== null) checkNames(postprocess.labels, refuse);
  if (document.split.validateFrom === undefined) checkNeedsNoValidation(postprocess, refuse);
  return postprocess;
}

type Refuse = (path: string, message: string) => void;

function checkThreshold({ threshold }: Postprocess, refuse: Refuse): void {
  const holds =
    typeof threshold === 'number' ? threshold > 0 && threshold < 1 : THRESHOLD_RULES.includes(threshold);
  if (holds) return;
  refuse(
    'threshold',
    `is ${JSON.stringify(threshold)}; it must be between 0 and 1, or one of ${THRESHOLD_RULES.join(', ')}`,
  );
}

function checkTask({ postprocess = {} }: ModelDocument, trainer: Trainer, refuse: Refuse): void {
  const task = taskOf(trainer);
  if (task === 'regression' && postprocess.calibration !== undefined)
    refuse('calibration', 'is of probabilities, but the model predicts a quantity; drop it');
  if (task !== 'binary' && postprocess.threshold !== undefined)
    refuse('threshold', `is for models of two classes; this one predicts ${task}: drop it`);
  if (postprocess.labels === undefined) return;
  if (task === 'regression') refuse('labels', 'names classes, but the model predicts a quantity; drop it');
  const classes = Object.keys(postprocess.labels);
  if (
    task === 'binary' &&
    (classes.length !== 2 || !classes.includes('true') || !classes.includes('false'))
  ) {
    refuse('labels', `names ${classes.join(', ') || 'no class'}; name both classes, "true" and "false"`);
  }
}

function checkNames(labels: Readonly<Record<string, string>>, refuse: Refuse): void {
  const names = Object.values(labels);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) refuse('labels', `calls two classes "${twice}"; give each its own name`);
}

function checkNeedsNoValidation({ calibration, threshold }: Postprocess, refuse: Refuse): void {
  const remedy = 'needs rows that validate; add "split.validateFrom"';
  if (calibration !== null) refuse('calibration', `is ${calibration}, which ${remedy}`);
  if (typeof threshold === 'string') refuse('threshold', `is ${threshold}, which ${remedy}`);
}
