import type { CompiledModel } from '../compile/model.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import type { FrameReader } from '../offline/frame.js';
import { columnsRead } from './train-model.js';
import type { TrainedModel, Trainer, TrainingControl, TrainingPlan } from './trainer.js';
import type { TrainingSet, TrainingSetStore } from './training-sets.js';

/** A training set and what is trained from it. */
export type Run = {
  readonly project: string;
  readonly model: CompiledModel;
  readonly set: TrainingSet;
};

export type RunParts = {
  readonly trainingSets: TrainingSetStore;
  readonly frames: FrameReader;
  readonly trainer: Trainer;
};

/** Trains a model from the rows of a training set. Throws what a trainer throws, and INTERNAL for a file of fewer rows. */
export async function trainFrom(run: Run, parts: RunParts, control: TrainingControl): Promise<TrainedModel> {
  const { frames, trainer, trainingSets } = parts;
  const plan = planOf(run);
  const rows = frames.read(trainingSets.pathOf(run.set.id), columnsRead(plan));
  return trainer.train(plan, allRows(run.set, rows), control);
}

/** The rows of a training set. Throws INTERNAL when the file does not hold as many as were recorded. */
async function* allRows(
  { id, rows }: TrainingSet,
  batches: AsyncIterable<ColumnBatch>,
): AsyncIterable<ColumnBatch> {
  let read = 0;
  for await (const batch of batches) {
    read += batch.rowCount;
    yield batch;
  }
  if (read === rows) return;
  throw new PlumblineError(
    'INTERNAL',
    `the file of training set "${id}" has ${read} rows, recorded are ${rows}; make the set again`,
  );
}

/** What the trainer needs to know of a run. */
function planOf({ model, set }: Run): TrainingPlan {
  const { transform, transformInputs, label, validateFromUs, evaluateFromUs, trainer, folds, postprocess } =
    model;
  return {
    transform,
    transformInputs,
    label,
    validateFromUs,
    evaluateFromUs,
    trainer,
    folds,
    postprocess,
    query: set.query,
  };
}
