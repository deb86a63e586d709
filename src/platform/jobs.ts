import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { PlumblineError, type Problem } from '../definition/error.js';

/** Work that outlives its request, as its caller sees it. A job that waits for its turn is `running` with no progress. */
export type Job = {
  readonly id: string;
  readonly kind: string;
  readonly state: 'running' | 'succeeded' | 'failed';
  /** In units of the job's kind, rows or epochs; `total` is 0 while unknown. */
  readonly progress: { readonly done: number; readonly total: number };
  readonly result?: unknown;
  readonly error?: JobError;
};

export type JobError = {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
  readonly problems?: readonly Problem[];
};

export type ReportProgress = (done: number, total: number) => void;

/** A job's work. It stops early, by throwing, once `signal` is aborted: the service is going down. */
export type JobRun = (progress: ReportProgress, signal: AbortSignal) => Promise<unknown>;

/** Jobs that wait or run, over all projects: a full queue is a sign that something is stuck. */
const MAX_PENDING = 100;
/** Finished jobs kept for a project; the oldest goes first. */
const MAX_KEPT = 200;

/** How long a stopping service waits for a job that does not listen; supervisors kill after about this long. */
const STOP_DEADLINE_MS = 8_000;

/** Runs jobs in this process: one at a time for each kind in each project, in the order they came. */
export class Jobs {
  private readonly jobs = new Map<string, Map<string, Job>>();
  private readonly lanes = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();
  private pending = 0;

  /** @param onDefect hears what failed for a reason that is no caller's. */
  constructor(private readonly onDefect: (cause: unknown, job: Job) => void) {}

  /** Queues `run` and answers at once. Throws UNAVAILABLE when the queue is full or the service stops. */
  start(project: string, kind: string, run: JobRun): Job {
    if (this.stopping.signal.aborted || this.pending >= MAX_PENDING) {
      throw new PlumblineError('UNAVAILABLE', `${this.pending} jobs wait already; try again later`);
    }
    const job: Job = {
      id: randomUUID(),
      kind,
      state: 'running',
      progress: { done: 0, total: 0 },
    };
    this.keep(project, job);
    this.pending++;
    const lane = `${project}/${kind}`;
    const turn = (this.lanes.get(lane) ?? Promise.resolve()).then(() => this.work(project, job.id, run));
    this.lanes.set(lane, turn);
    return job;
  }

  /** Throws NOT_FOUND. */
  get(project: string, id: string): Job {
    const job = this.jobs.get(project)?.get(id);
    if (job !== undefined) return job;
    throw new PlumblineError('NOT_FOUND', `project "${project}" has no job "${id}"; list them at …/jobs`);
  }

  /** The project's jobs, newest first. */
  list(project: string): readonly Job[] {
    return [...(this.jobs.get(project)?.values() ?? [])].reverse();
  }

  /** Asks every job to stop and waits until each one has, or the deadline is over. */
  async close(): Promise<void> {
    this.stopping.abort();
    const deadline = delay(STOP_DEADLINE_MS, undefined, { ref: false });
    await Promise.race([Promise.all(this.lanes.values()), deadline]);
  }

  private async work(project: string, id: string, run: JobRun): Promise<void> {
    const change = (part: Partial<Job>): void => this.update(project, id, part);
    try {
      this.stopping.signal.throwIfAborted();
      const result = await run((done, total) => change({ progress: { done, total } }), this.stopping.signal);
      change({ state: 'succeeded', result });
    } catch (cause) {
      change({ state: 'failed', error: this.errorOf(cause, this.get(project, id)) });
    } finally {
      this.pending--;
      this.forgetOldest(project);
    }
  }

  private errorOf(cause: unknown, job: Job): JobError {
    if (this.stopping.signal.aborted) {
      return { code: 'UNAVAILABLE', message: 'the service stopped before the job ended; start it again' };
    }
    if (cause instanceof PlumblineError) {
      const { path, problems } = cause.details;
      return {
        code: cause.code,
        message: cause.message,
        ...(path !== undefined && { path }),
        ...(problems !== undefined && { problems }),
      };
    }
    this.onDefect(cause, job);
    return { code: 'INTERNAL', message: `the job failed; the log holds the cause under job ${job.id}` };
  }

  private keep(project: string, job: Job): void {
    const jobs = this.jobs.get(project) ?? new Map<string, Job>();
    this.jobs.set(project, jobs.set(job.id, job));
  }

  private update(project: string, id: string, part: Partial<Job>): void {
    this.keep(project, { ...this.get(project, id), ...part });
  }

  private forgetOldest(project: string): void {
    const finished = [...this.jobs.get(project)!.values()].filter(({ state }) => state !== 'running');
    for (const { id } of finished.slice(0, Math.max(0, finished.length - MAX_KEPT))) {
      this.jobs.get(project)!.delete(id);
    }
  }
}
