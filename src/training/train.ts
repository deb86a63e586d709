import { fittedTransformJson } from '../compile/fitted-transform.js';
import type { CompiledModel } from '../compile/model.js';
import { featureSetsOf } from '../compile/service-reads.js';
import { fingerprint } from '../definition/canonical.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { formatTimestamp } from '../definition/time.js';
import { type ModelBundles, weightsHash } from '../model/bundle.js';
import type { LatestVersions } from '../model/latest-versions.js';
import type { ModelManifest, ModelRecord } from '../model/manifest.js';
import { MANIFEST_FORMAT, schemaOf } from '../model/manifest-format.js';
import type { Metrics } from '../model/metrics.js';
import type { FrameReader } from '../offline/frame.js';
import type { Clock } from '../platform/clock.js';
import type { Job, JobContext } from '../platform/job.js';
import { requireSpec } from '../platform/job-spec.js';
import type { Jobs } from '../platform/jobs.js';
import type { Surroundings } from '../platform/surroundings.js';
import type { CatalogHolder } from '../registry/catalog.js';
import type { ModelVersions } from '../registry/records.js';
import { columnsRead } from './train-model.js';
import type { TrainedModel, Trainer, TrainingControl, TrainingPlan } from './trainer.js';
import type { TrainingSet, TrainingSetStore } from './training-sets.js';

export type TrainRequest = {
  readonly project: string;
  readonly model: string;
  readonly trainingSet: string;
  /** Version of the model's definition; default the latest. */
  readonly modelVersion?: number;
};

/** What a training job results in. */
export type TrainingResult = {
  readonly model: string;
  readonly version: number;
  readonly metrics: Metrics;
};

/** What the registry keeps of a trained version; the bundle has the rest. */
export type RecordedVersion = Pick<ModelManifest, 'createdAt' | 'signature' | 'metrics' | 'record'>;

export type TrainParts = {
  readonly catalog: CatalogHolder;
  readonly jobs: Jobs;
  readonly trainingSets: TrainingSetStore;
  readonly frames: FrameReader;
  readonly trainer: Trainer;
  readonly bundles: ModelBundles;
  readonly versions: ModelVersions;
  readonly latest: LatestVersions;
  readonly clock: Clock;
  /** What this process computes by. */
  readonly surroundings: Surroundings;
};

/** Trains models from training sets, as jobs. */
export class Train {
  constructor(private readonly parts: TrainParts) {
    parts.jobs.handle('train', { run: (context) => this.train(context) });
  }

  /**
   * Starts a training job. Throws NOT_FOUND, and INVALID_REQUEST when the training set was made with another feature
   * service than the model's; the job fails with TRAINING_FAILED or INVALID_FILE.
   */
  async start(request: TrainRequest): Promise<Job> {
    const { project, trainingSet } = request;
    const { model } = await this.runOf(request);
    const spec = { model: model.name, modelVersion: model.version, trainingSet };
    return this.parts.jobs.start(project, 'train', spec);
  }

  private async train({ project, spec, progress, signal }: JobContext): Promise<TrainingResult> {
    const run = await this.runOf({ project, ...requireSpec(spec, TRAIN_SPEC) });
    return this.run(run, { progress, signal });
  }

  private async runOf(request: TrainRequest): Promise<Run> {
    const { project } = request;
    const model = this.parts.catalog.current().model(project, request.model, request.modelVersion);
    const set = await this.parts.trainingSets.get(project, request.trainingSet);
    requireSameService(model, set);
    return { project, model, set };
  }

  private async run(run: Run, control: TrainingControl): Promise<TrainingResult> {
    const { frames, trainer, trainingSets, bundles, versions, surroundings } = this.parts;
    const plan = planOf(run);
    const rows = frames.read(trainingSets.pathOf(run.set.id), columnsRead(plan));
    const trained = await trainer.train(plan, allRows(run.set, rows), control);
    const { project, model } = run;
    const createdAt = formatTimestamp(this.parts.clock.nowUs());
    const { version } = await versions.insert(project, model.name, async (next) => {
      const manifest = manifestOf(run, trained, { version: next, createdAt, surroundings });
      await bundles.save({ manifest, weights: trained.weights });
      const { signature, metrics, record } = manifest;
      return { createdAt, signature, metrics, record } satisfies RecordedVersion;
    });
    this.parts.latest.announce(project, model.name, version);
    return { model: model.name, version, metrics: trained.metrics };
  }
}

const TRAIN_SPEC = { model: 'string', modelVersion: 'number', trainingSet: 'string' } as const;

/** A training set and what is trained from it. */
export type Run = {
  readonly project: string;
  readonly model: CompiledModel;
  readonly set: TrainingSet;
};

/** The rows of a training set. Throws INTERNAL when the file does not hold as many as were recorded. */
export async function* allRows(
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

function requireSameService(model: CompiledModel, { id, query }: TrainingSet): void {
  const { name, version } = model.service;
  if (query.featureService === name && query.version === version) return;
  throw new PlumblineError(
    'INVALID_REQUEST',
    `training set "${id}" was made with feature service "${query.featureService}" version ${query.version}; ` +
      `model "${model.name}" version ${model.version} needs "${name}" version ${version}`,
    { path: '/trainingSet' },
  );
}

/** What the trainer needs to know of a run. */
export function planOf({ model, set }: Run): TrainingPlan {
  const { transform, transformInputs, label, validateFromUs, evaluateFromUs, trainer, postprocess } = model;
  return {
    transform,
    transformInputs,
    label,
    validateFromUs,
    evaluateFromUs,
    trainer,
    postprocess,
    query: set.query,
  };
}

function manifestOf(
  run: Run,
  trained: TrainedModel,
  { surroundings, ...named }: Pick<ModelManifest, 'version' | 'createdAt'> & Pick<TrainParts, 'surroundings'>,
): ModelManifest {
  const { project, model } = run;
  const { fitted, weights, postprocess, metrics } = trained;
  const transform = fittedTransformJson(fitted);
  const schema = schemaOf(transform);
  return {
    format: MANIFEST_FORMAT,
    project,
    model: model.name,
    ...named,
    signature: {
      inputs: model.inputs,
      features: model.service.outputs,
      vector: schema.transformed.map(({ name }) => name),
    },
    schema,
    transform,
    postprocess,
    metrics,
    record: { ...recordOf(run, trained), surroundings },
    tensors: weights.map(({ name, shape }) => ({ name, shape })),
  };
}

/** What a version was made from, but for what computed it (S25). */
export function recordOf({ model, set }: Run, trained: TrainedModel): Omit<ModelRecord, 'surroundings'> {
  const { fitted, weights, epochs, postprocess, runtime } = trained;
  const { service, validateFromUs } = model;
  return {
    definition: { name: model.name, version: model.version },
    featureService: { name: service.name, version: service.version },
    featureSets: featureSetsOf(service).map(({ alias, featureSet: { name, version } }) => ({
      alias,
      name,
      version,
    })),
    trainingSet: {
      id: set.id,
      rows: set.rows,
      contentHash: set.contentHash,
      query: set.query,
      snapshot: set.report.snapshot,
    },
    parameters: model.trainer,
    epochs,
    ...(validateFromUs !== null && { validateFrom: formatTimestamp(validateFromUs) }),
    evaluateFrom: formatTimestamp(model.evaluateFromUs),
    runtime,
    transformHash: fingerprint(fittedTransformJson(fitted)),
    postprocessHash: fingerprint(postprocess),
    weightsHash: weightsHash(weights),
  };
}
