import { stat } from 'node:fs/promises';
import { fittedTransformJson } from '../compile/fitted-transform.js';
import { PlumblineError } from '../definition/error.js';
import type { ModelManifest } from '../model/manifest.js';
import type { Job, JobContext } from '../platform/job.js';
import { requireSpec } from '../platform/job-spec.js';
import { type Difference, recordDifferences, surroundingDifferences } from './reproduction.js';
import type { RetrieveAgain } from './retrieve-again.js';
import type { RecordedVersion, TrainParts } from './train.js';
import { recordOf } from './trained-manifest.js';
import { trainFrom } from './training-run.js';
import { sha256OfFile, type TrainingSet } from './training-sets.js';

export type ReproduceRequest = {
  readonly project: string;
  readonly model: string;
  readonly version: number;
  /** Whether the training set is made anew from history as well, and compared. */
  readonly retrieve: boolean;
};

/** What became of a version that was trained again from its record. */
export type Reproduction = {
  readonly model: string;
  readonly version: number;
  /** Data, parameters, transform, weights, post-processing and metrics are what was recorded. */
  readonly reproduced: boolean;
  readonly differences: readonly Difference[];
  /** What computed differs: another backend, library, version or machine may explain other weights. */
  readonly surroundings: readonly Difference[];
};

export type ReproduceParts = Pick<
  TrainParts,
  | 'catalog'
  | 'jobs'
  | 'trainingSets'
  | 'frames'
  | 'trainer'
  | 'bundles'
  | 'models'
  | 'versions'
  | 'surroundings'
> & { readonly retrieveAgain: RetrieveAgain };

/** Trains versions again from their records and compares hashes (S25), as jobs of kind `reproduce`. It makes no version. */
export class Reproduce {
  constructor(private readonly parts: ReproduceParts) {
    parts.jobs.handle('reproduce', { run: (context) => this.run(context) });
  }

  /** Throws NOT_FOUND, also where the training set's file is gone. */
  async start({ project, model, version, retrieve }: ReproduceRequest): Promise<Job> {
    const { record } = await this.recorded(project, model, version);
    await this.setOf(project, record);
    return this.parts.jobs.start(project, 'reproduce', { model, version, retrieve });
  }

  private async run(context: JobContext): Promise<Reproduction> {
    const { project, spec } = context;
    const { model, version, retrieve } = requireSpec(spec, SPEC);
    const recorded = await this.recorded(project, model, version);
    const set = await this.setOf(project, recorded.record);
    const data = await this.dataDifferences(recorded, set);
    if (data.length > 0) return { model, version, reproduced: false, differences: data, surroundings: [] };
    const retrieved = retrieve ? await this.parts.retrieveAgain.differences(set, context) : [];
    const { transform } = await this.parts.bundles.manifest(project, model, version);
    const again = await this.trainAgain({ project, recorded, set }, context);
    const differences = [...retrieved, ...recordDifferences({ ...recorded, transform }, again)];
    const surroundings = surroundingDifferences(recorded.record, again.record);
    return { model, version, reproduced: differences.length === 0, differences, surroundings };
  }

  private async recorded(project: string, model: string, version: number): Promise<RecordedVersion> {
    return (await this.parts.versions.get(project, model, version)).record as RecordedVersion;
  }

  private async setOf(project: string, { trainingSet }: RecordedVersion['record']): Promise<TrainingSet> {
    const { trainingSets } = this.parts;
    const set = await trainingSets.get(project, trainingSet.id);
    const isThere = await stat(trainingSets.pathOf(set.id)).then(
      () => true,
      () => false,
    );
    if (isThere) return set;
    const message = `the file of training set "${set.id}" is gone, so what was trained from it cannot be reproduced; restore ${set.id}.parquet of SHA-256 ${set.contentHash} into the data folder's training-sets`;
    throw new PlumblineError('NOT_FOUND', message, { path: 'trainingSet' });
  }

  /** A file that is not the recorded one is not trained from. */
  private async dataDifferences(
    { record }: RecordedVersion,
    { id }: TrainingSet,
  ): Promise<readonly Difference[]> {
    const recorded = record.trainingSet.contentHash;
    const found = await sha256OfFile(this.parts.trainingSets.pathOf(id));
    return found === recorded ? [] : [{ what: 'data', recorded, found }];
  }

  private async trainAgain(
    { project, recorded, set }: { project: string; recorded: RecordedVersion; set: TrainingSet },
    control: JobContext,
  ): Promise<Pick<ModelManifest, 'metrics' | 'record' | 'transform'>> {
    const { catalog, surroundings } = this.parts;
    const { name, version } = recorded.record.definition;
    const run = { project, model: catalog.current().model(project, name, version), set };
    const { trained, cascade } = await trainFrom(run, this.parts, control);
    const record = { ...recordOf(run, { trained, cascade }), surroundings };
    return { metrics: trained.metrics, record, transform: fittedTransformJson(trained.fitted) };
  }
}

const SPEC = { model: 'string', version: 'number', retrieve: 'boolean' } as const;
