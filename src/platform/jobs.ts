import { randomUUID } from 'node:crypto';
import { PlumblineError } from '../definition/error.js';
import type { Job, JobHandler } from './job.js';
import type { ResultFile } from './job-files.js';
import type { JobFilter } from './job-queue.js';
import { JobRunner, type JobRunnerParts } from './job-runner.js';

export type JobStart = {
  readonly prepare?: (folder: string) => Promise<void>;
  readonly source?: string;
};

/** Work that outlives its request: one durable queue in the registry database, run by the processes that share it. */
export class Jobs {
  private readonly runner: JobRunner;

  constructor(private readonly parts: JobRunnerParts) {
    this.runner = new JobRunner(parts);
  }

  /** Names who does the jobs of a kind: once, at start, before any job runs. */
  handle(kind: string, handler: JobHandler): void {
    this.runner.handle(kind, handler);
  }

  /** Says which sources this process owns, `project/source`; until then all. */
  ownedBy(owned: () => readonly string[]): void {
    this.runner.ownedBy(owned);
  }

  /**
   * Queues a job; it is durable when this resolves. `spec` is plain JSON data of named members; `prepare` puts what the job
   * needs into its folder before; with `source` the owner of that source does it. Throws UNAVAILABLE when the queue is full or the service stops.
   */
  async start(project: string, kind: string, spec: object, { prepare, source }: JobStart = {}): Promise<Job> {
    this.requireOpen();
    if (!this.runner.handles(kind)) throw new Error(`nobody handles jobs of kind "${kind}"`);
    const { queue, files } = this.parts;
    const id = randomUUID();
    try {
      if (prepare !== undefined) await prepare(files.folderOf(id));
      const job = await queue.add({ id, project, kind, spec, ...(source !== undefined && { source }) });
      this.runner.look();
      return job;
    } catch (error) {
      await files.remove([id]);
      throw error;
    }
  }

  /** Throws NOT_FOUND. */
  async get(project: string, id: string): Promise<Job> {
    const job = await this.parts.queue.get(project, id);
    if (job !== null) return job;
    throw new PlumblineError('NOT_FOUND', `project "${project}" has no job "${id}"; list them at …/jobs`);
  }

  /** The project's jobs, newest first. */
  list(project: string, filter: JobFilter = {}): Promise<readonly Job[]> {
    return this.parts.queue.list(project, filter);
  }

  /**
   * Ends a job before its time: one that waits at once, one that runs as soon as it listens (it may still succeed).
   * Throws NOT_FOUND, and CONFLICT for one that has ended otherwise.
   */
  async cancel(project: string, id: string): Promise<Job> {
    const cancelled = await this.parts.queue.cancel(project, id);
    if (cancelled !== null) {
      this.runner.cancel(id);
      return cancelled;
    }
    const job = await this.get(project, id);
    if (job.state === 'cancelled') return job;
    throw new PlumblineError('CONFLICT', `job "${id}" has ${job.state} already; there is nothing to cancel`);
  }

  /** Queues a failed or cancelled job again under its id. Throws NOT_FOUND, CONFLICT for others, and UNAVAILABLE. */
  async retry(project: string, id: string): Promise<Job> {
    this.requireOpen();
    const queued = await this.parts.queue.retry(project, id);
    if (queued !== null) {
      this.runner.look();
      return queued;
    }
    const { state } = await this.get(project, id);
    throw new PlumblineError('CONFLICT', `job "${id}" is ${state}; retry one that failed or was cancelled`);
  }

  /**
   * What a job that succeeded made: its file, else its JSON result. Throws NOT_FOUND, the error of a job that failed,
   * CANCELLED, and CONFLICT before the job has ended.
   */
  async result(
    project: string,
    id: string,
  ): Promise<{ readonly file: ResultFile | null; readonly job: Job }> {
    const job = await this.get(project, id);
    if (job.state === 'succeeded') return { file: await this.parts.files.result(id), job };
    throw noResult(job);
  }

  /** Takes up what an earlier process left and begins to run jobs: called once, when all handlers are there. */
  open(): Promise<void> {
    return this.runner.open();
  }

  /** Asks every job to stop and waits until each one has, or a deadline is over; they go on at the next start. */
  close(): Promise<void> {
    return this.runner.stop();
  }

  private requireOpen(): void {
    if (!this.runner.isStopping) return;
    throw new PlumblineError('UNAVAILABLE', 'the service stops and takes no more jobs; try again later');
  }
}

function noResult({ id, state, error }: Job): PlumblineError {
  if (state === 'cancelled') return new PlumblineError('CANCELLED', `job "${id}" was cancelled; retry it`);
  if (error === undefined) {
    return new PlumblineError(
      'CONFLICT',
      `job "${id}" is ${state}; ask for its result when it has succeeded`,
    );
  }
  const { code, message, ...details } = error;
  return new PlumblineError(code, `job "${id}" failed: ${message}`, details);
}
