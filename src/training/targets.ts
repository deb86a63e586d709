import { taskOf } from '../compile/model-trainer.js';
import type { Task } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import type { RegressionState } from '../model/postprocess.js';
import { fitLabelScale } from './label-scale.js';
import type { SplitRows } from './split-rows.js';
import type { TrainingPlan } from './trainer.js';

/** What a model is to learn from labels, as the training split has it. */
export type Targets = {
  readonly task: Task;
  /**
   * Of several classes those that the trainer names, else those of the training split, INT64 by number and STRING by code
   * points; of two `false` and `true`; else none.
   */
  readonly classes: readonly string[];
  /** Scores a row that the model needs. */
  readonly outputs: number;
  readonly scale: RegressionState['scale'];
  /** Labels as targets: the class's place, −1 for one that the training split does not have, or the scaled quantity. */
  readonly of: (labels: Float64Array) => Float32Array;
};

/**
 * Learns targets from the training split. `seen` are the classes by the numbers that {@link SplitRows} hold; of several
 * classes, `known` are those to be told apart instead of the split's own. Throws TRAINING_FAILED when a split has no row, or
 * the training split no two classes.
 */
export function fitTargets(
  plan: Pick<TrainingPlan, 'trainer' | 'label'>,
  seen: readonly string[],
  splits: readonly SplitRows[],
  known?: readonly string[],
): Targets {
  const task = taskOf(plan.trainer);
  for (const split of splits) requireRows(split);
  const [training] = splits;
  const labels = training!.labels();
  switch (task) {
    case 'binary':
      for (const split of splits) requireBothClasses(split);
      return {
        task,
        classes: ['false', 'true'],
        outputs: 1,
        scale: null,
        of: (each) => Float32Array.from(each),
      };
    case 'multiClass':
      return targetsOf(known ?? classesOf(plan, labels, seen), seen);
    case 'regression':
      return quantityTargets(labels, plan);
  }
}

function classesOf(
  { trainer: { classes: named }, label }: Pick<TrainingPlan, 'trainer' | 'label'>,
  labels: Float64Array,
  seen: readonly string[],
): readonly string[] {
  const order = label.expression.type === 'INT64' ? byNumber : byCodePoints;
  const classes = [...new Set(labels)].map((number) => seen[number]!).sort(order);
  if (classes.length < 2) {
    throw new PlumblineError(
      'TRAINING_FAILED',
      `the training split has ${labels.length} rows with one label only, ${JSON.stringify(classes[0])}; ${CHECK}`,
      { split: 'training', rows: labels.length },
    );
  }
  const stranger = named && classes.find((each) => !named.includes(each));
  if (stranger === undefined) return named ?? classes;
  throw new PlumblineError(
    'TRAINING_FAILED',
    `the training split has the label ${JSON.stringify(stranger)}, which is none of "trainer.classes"; name it there in the order of the file, or leave it out of the frame`,
    { path: '/trainer/classes' },
  );
}

function targetsOf(classes: readonly string[], seen: readonly string[]): Targets {
  const places = Float32Array.from(seen, (label) => classes.indexOf(label));
  const of = (each: Float64Array): Float32Array => Float32Array.from(each, (number) => places[number]!);
  return { task: 'multiClass', classes, outputs: classes.length, scale: null, of };
}

function quantityTargets(labels: Float64Array, { label }: Pick<TrainingPlan, 'label'>): Targets {
  const scale = label.scale === undefined ? null : fitLabelScale(label.scale, labels);
  const of = (each: Float64Array): Float32Array =>
    scale === null
      ? Float32Array.from(each)
      : Float32Array.from(each, (value) => (value - scale.center) / scale.spread);
  return { task: 'regression', classes: [], outputs: 1, scale, of };
}

const CHECK = 'check "split", the label and the times of the frame';

function requireRows({ name, rows }: SplitRows): void {
  if (rows > 0) return;
  throw new PlumblineError('TRAINING_FAILED', `the ${name} split has no row with a label; ${CHECK}`, {
    split: name,
    rows,
  });
}

function requireBothClasses(split: SplitRows): void {
  const { name, rows } = split;
  const positives = split.labels().reduce((count, label) => count + label, 0);
  if (positives > 0 && positives < rows) return;
  throw new PlumblineError(
    'TRAINING_FAILED',
    `the ${name} split has ${rows} rows with one label only, ${positives > 0}; ${CHECK}`,
    { split: name, rows, positives },
  );
}

/** Decimal texts of INT64 by their numbers. */
function byNumber(a: string, b: string): number {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** UTF-16 order and code point order differ beyond the basic plane. */
function byCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
