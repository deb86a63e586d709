import type { Job, JobContext } from '../platform/job.js';
import { requireSpec } from '../platform/job-spec.js';
import type { Jobs } from '../platform/jobs.js';
import type { Pipelines } from './pipelines.js';

const KIND = 'rebuild';

/** Online state made anew from the log, as jobs; lookups and rows go on meanwhile (S12). */
export class Rebuild {
  constructor(
    private readonly pipelines: Pipelines,
    private readonly jobs: Jobs,
  ) {
    jobs.handle(KIND, this);
  }

  /** Starts a rebuild of one source's feature sets. Throws NOT_FOUND. */
  async start(project: string, source: string): Promise<Job> {
    this.pipelines.of(project, source);
    return this.jobs.start(project, KIND, { source }, { source });
  }

  /** The job itself: it goes on where an attempt before was cut short. */
  async run({ project, spec, progress, signal }: JobContext): Promise<{ readonly rows: number }> {
    const { source } = requireSpec(spec, { source: 'string' });
    return { rows: await this.pipelines.of(project, source).rebuild(progress, signal) };
  }
}

export const REBUILD = Symbol('Rebuild');
