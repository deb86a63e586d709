import type { Trainer } from '../compile/model-trainer.js';
import { PlumblineError } from '../definition/error.js';
import type { Targets } from './targets.js';

/**
 * How much a row of each class counts, or null where every row counts 1. Balanced is rows / (classes · rows of the class)
 * over the training split (scikit-learn's "balanced", King and Zeng 2001). Throws TRAINING_FAILED for an unknown class.
 */
export function classWeightsOf(
  { classWeights }: Trainer,
  { classes }: Targets,
  training: Float32Array,
): readonly number[] | null {
  if (classWeights === undefined) return null;
  return classWeights === 'balanced' ? balanced(classes.length, training) : named(classWeights, classes);
}

/** How much each row counts; one of a class that the training split does not have (−1) counts nothing. */
export function rowWeights(weights: readonly number[] | null, targets: Float32Array): Float32Array | null {
  if (weights !== null) return Float32Array.from(targets, (target) => weights[target] ?? 0);
  return targets.includes(-1) ? Float32Array.from(targets, (target) => (target === -1 ? 0 : 1)) : null;
}

/** A class without rows weighs nothing. */
function balanced(classes: number, targets: Float32Array): readonly number[] {
  const rows = new Array<number>(classes).fill(0);
  for (const target of targets) if (target >= 0) rows[target] = rows[target]! + 1;
  const known = rows.reduce((sum, count) => sum + count, 0);
  const present = rows.filter((count) => count > 0).length;
  return rows.map((count) => (count === 0 ? 0 : known / (present * count)));
}

function named(weights: Readonly<Record<string, number>>, classes: readonly string[]): readonly number[] {
  const unknown = Object.keys(weights).find((label) => !classes.includes(label));
  if (unknown !== undefined) {
    throw new PlumblineError(
      'TRAINING_FAILED',
      `class weight of ${JSON.stringify(unknown)}, which is no class of the training split; there are ${classes.join(', ')}`,
      { path: '/trainer/classWeights' },
    );
  }
  return classes.map((label) => (Object.hasOwn(weights, label) ? weights[label]! : 1));
}
