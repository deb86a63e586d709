import type { CompiledModel } from '../compile/model.js';
import { PlumblineError } from '../definition/error.js';
import { formatTimestamp } from '../definition/time.js';
import type { ModelBundles } from '../model/bundle.js';
import type { LatestVersions } from '../model/latest-versions.js';
import type { LoadedModels } from '../model/loaded-models.js';
import type { ModelManifest } from '../model/manifest.js';
import type { Metrics } from '../model/metrics.js';
import type { FrameReader } from '../offline/frame.js';
import type { Clock } from '../platform/clock.js';
import type { Job, JobContext } from '../platform/job.js';
import { requireSpec } from '../platform/job-spec.js';
import type { Jobs } from '../platform/jobs.js';
import type { Surroundings } from '../platform/surroundings.js';
import type { CatalogHolder } from '../registry/catalog.js';
import type { ModelVersions } from '../registry/records.js';
import { bundleOf, manifestOf } from './trained-manifest.js';
import type { Trainer, TrainingControl } from './trainer.js';
import { type Run, trainFrom } from './training-run.js';
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
  readonly models: LoadedModels;
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
    const { bundles, versions, surroundings } = this.parts;
    const { trained, cascade } = await trainFrom(run, this.parts, control);
    const { project, model } = run;
    const createdAt = formatTimestamp(this.parts.clock.nowUs());
    const { version } = await versions.insert(project, model.name, async (next) => {
      const named = { version: next, createdAt, surroundings };
      const manifest = manifestOf(run, { trained, cascade }, named);
      await bundles.save(bundleOf(manifest, trained));
      const { signature, metrics, record } = manifest;
      return { createdAt, signature, metrics, record } satisfies RecordedVersion;
    });
    this.parts.latest.announce(project, model.name, version);
    return { model: model.name, version, metrics: trained.metrics };
  }
}

const TRAIN_SPEC = { model: 'string', modelVersion: 'number', trainingSet: 'string' } as const;

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
