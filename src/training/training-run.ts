import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CompiledModel, ModelInput } from '../compile/model.js';
import type { CompiledCascade } from '../compile/model-cascade.js';
import { type ColumnBatch, sliceRows } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { asOfColumn } from '../model/as-of.js';
import { type CascadeInput, withPredictions } from '../model/cascade.js';
import { cascadeRecordOf } from '../model/cascade-record.js';
import type { LoadedModel, LoadedModels } from '../model/loaded-models.js';
import type { ReadModel } from '../model/manifest-format.js';
import { ROWS_AT_ONCE } from '../model/model-rows.js';
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
  readonly models: LoadedModels;
};

/** What a run made, and the models that it read. */
export type TrainedRun = { readonly trained: TrainedModel; readonly cascade: readonly ReadModel[] };

/**
 * Trains a model from the rows of a training set; what other models predict for a row is as it could be known at its T.
 * Throws what a trainer throws, and INTERNAL for a file of fewer rows.
 */
export async function trainFrom(run: Run, parts: RunParts, control: TrainingControl): Promise<TrainedRun> {
  const { project, model, set } = run;
  const { frames, trainer, trainingSets, models } = parts;
  const plan = planOf(run);
  const refs = model.cascade.map((each) => ({
    project,
    model: each.model.name,
    version: each.trainedVersion,
  }));
  return models.withAll(refs, async (upstreams) => {
    const read = model.cascade.map((each, index) => readModel(each, upstreams[index]!));
    const columns = withInputsOf(read, columnsRead(plan, model.cascade));
    const rows = allRows(set, frames.read(trainingSets.pathOf(set.id), columns));
    const inputs = read.map(({ input }) => input);
    const predicted = inputs.length === 0 ? rows : predictedRows(rows, plan, inputs);
    return { trained: await trainer.train(plan, predicted, control), cascade: read };
  });
}

function readModel(
  { alias, outputs }: CompiledCascade,
  { manifest, scorer }: LoadedModel,
): ReadModel & { readonly input: CascadeInput } {
  const record = cascadeRecordOf(alias, outputs, manifest);
  return {
    record,
    raw: manifest.schema.raw,
    input: { alias, outputs: outputs.map(({ name }) => name), scorer },
  };
}

function withInputsOf(read: readonly ReadModel[], columns: readonly ModelInput[]): readonly ModelInput[] {
  const known = new Map(columns.map((input) => [input.name, input]));
  for (const input of read.flatMap(({ raw }) => raw))
    if (!known.has(input.name)) known.set(input.name, input);
  return [...known.values()];
}

/** Rows with what other models predict for them, other work getting its turn between some and the next. */
async function* predictedRows(
  batches: AsyncIterable<ColumnBatch>,
  { query }: TrainingPlan,
  cascade: readonly CascadeInput[],
): AsyncIterable<ColumnBatch> {
  for await (const batch of batches) {
    for (let from = 0; from < batch.rowCount; from += ROWS_AT_ONCE) {
      const rows = sliceRows(batch, from, Math.min(from + ROWS_AT_ONCE, batch.rowCount));
      yield await withPredictions(cascade, rows, { asOf: asOfColumn(query, rows), boundary: query.boundary });
      await nextTurn();
    }
  }
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
