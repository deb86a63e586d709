import { PlumblineError } from '../definition/error.js';
import { formatTimestamp } from '../definition/time.js';
import type { ModelRuntime } from '../model/runtime.js';
import { fitModel } from './fit-model.js';
import { type FoldRows, rowsBeforeBlock } from './fold-blocks.js';
import { fitTargets } from './targets.js';
import type { TrainedFold, TrainingPlan } from './trainer.js';

export type FoldsRequest = {
  readonly plan: TrainingPlan;
  readonly runtime: ModelRuntime;
  /** Every row before evaluation; they are kept. */
  readonly rows: FoldRows;
  /** Where each block after the first one begins. */
  readonly edges: readonly bigint[];
  /** The classes by their numbers in the rows, and those that the final model tells apart. */
  readonly seen: readonly string[];
  readonly classes: readonly string[];
  /** Hears of each epoch of all folds, from 1. */
  readonly onEpoch: (epoch: number) => void;
};

/**
 * Trains a model for each block of time but the first one: transform, weights and post-processing by rows of earlier blocks
 * alone, so that a row's prediction by its block's model has seen neither the row nor anything later. Throws TRAINING_FAILED
 * where what comes before a block cannot train a model.
 */
export async function trainFolds(request: FoldsRequest): Promise<readonly TrainedFold[]> {
  const folds: TrainedFold[] = [];
  for (const [index, fromUs] of request.edges.entries()) {
    folds.push(await explained(fromUs, () => trainFold(request, index)));
  }
  return folds;
}

async function trainFold(request: FoldsRequest, index: number): Promise<TrainedFold> {
  const { plan, runtime, seen, classes, onEpoch } = request;
  const { epochs } = plan.trainer;
  const fromUs = request.edges[index]!;
  const rows = rowsBeforeBlock(request.rows, fromUs, plan.folds!.labelKnownAfterUs);
  const { training, validation } = rows;
  const counts = { training: training.rows, validation: validation?.rows ?? 0 };
  const splits = validation === null ? [training] : [training, validation];
  const targets = fitTargets(plan, seen, splits, classes);
  const onStep = (step: number): void => onEpoch(index * epochs + Math.max(0, step - 1));
  const { model, predictor } = await fitModel({ plan, runtime, rows, targets, onStep });
  predictor.close();
  return { ...model, fromUs, rows: counts };
}

async function explained<T>(fromUs: bigint, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof PlumblineError) || error.code !== 'TRAINING_FAILED') throw error;
    const message = `the model of the rows before ${formatTimestamp(fromUs)} cannot be trained: ${error.message}; or ask for fewer "trainer.folds"`;
    throw new PlumblineError('TRAINING_FAILED', message, { ...error.details, path: '/trainer/folds' });
  }
}
