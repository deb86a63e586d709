import type { Job, JobError, JobState } from './job.js';

/** Which jobs of a project are listed; all of them where nothing is said. */
export type JobFilter = {
  readonly state?: JobState;
  readonly kind?: string;
  readonly limit?: number;
};

export type NewJob = {
  readonly id: string;
  readonly project: string;
  readonly kind: string;
  readonly spec: object;
  /** The source of the project whose owner is to do it; null, or nothing, is anybody. */
  readonly source?: string | null;
};

/** Who runs jobs: one name a data folder, so that a process knows what the one before it left behind. */
export type JobWorker = {
  readonly worker: string;
  readonly kinds: readonly string[];
  /** Sources that the worker owns, `project/source`; without it all. */
  readonly owned?: readonly string[] | undefined;
};

/** A job in the hands of a worker. `attempt` fences: what an older attempt says of the job is not heard. */
export type ClaimedJob = NewJob & { readonly worker: string; readonly attempt: number };

export type JobProgress = Pick<ClaimedJob, 'id' | 'attempt'> & Job['progress'];

/** How an attempt ended; `queued` gives the job back, because the service stops. */
export type JobOutcome =
  | { readonly state: 'succeeded'; readonly result: unknown }
  | { readonly state: 'failed'; readonly error: JobError }
  | { readonly state: 'cancelled' | 'queued' };

/** Jobs whose worker is gone: those of this worker's earlier process, or those of any that was silent for so long. */
export type Abandoned = { readonly worker: string } | { readonly silentForMs: number };

/**
 * The durable queue of jobs, shared by every process of a registry. Jobs of one project and kind form a lane: they run one
 * at a time, in the order in which they were queued. What a method promises is durable when it resolves.
 */
export interface JobQueue {
  /** Appends a job. Throws UNAVAILABLE when as many wait or run, over all projects, as the queue holds. */
  add(job: NewJob): Promise<Job>;
  get(project: string, id: string): Promise<Job | null>;
  /** Newest first, a retried one as of its retry. */
  list(project: string, filter: JobFilter): Promise<readonly Job[]>;
  /** Takes the oldest job that heads an idle lane of the worker's kinds, and needs no source of others; null where there is none. Never twice the same. */
  claim(worker: JobWorker): Promise<ClaimedJob | null>;
  /**
   * Says that the worker lives, and how far it is. Returns those of its jobs that it is to cancel, and those that are not
   * its own any more.
   */
  beat(
    worker: string,
    jobs: readonly JobProgress[],
  ): Promise<{ readonly cancelled: readonly string[]; readonly lost: readonly string[] }>;
  /** Ends an attempt; false where the job is not the worker's any more, and nothing was changed. */
  end(job: ClaimedJob, progress: Job['progress'], outcome: JobOutcome): Promise<boolean>;
  /** Queues abandoned jobs again, as another attempt; after {@link MAX_CRASHES} the job fails. */
  recover(abandoned: Abandoned): Promise<void>;
  /** A queued job ends at once, a running one is to end; any other, and one that is not there, is null and not touched. */
  cancel(project: string, id: string): Promise<Job | null>;
  /** Queues a failed or cancelled job again, behind all others; any other is null. Throws as {@link JobQueue.add} does. */
  retry(project: string, id: string): Promise<Job | null>;
  /** Removes the oldest finished jobs of a project beyond `keep`; returns their ids. */
  prune(project: string, keep: number): Promise<readonly string[]>;
  /** Which of these ids are jobs. */
  known(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Injection token of the {@link JobQueue}. */
export const JOB_QUEUE = Symbol('JOB_QUEUE');

/** Jobs that wait or run, over all projects: a full queue is a sign that something is stuck. */
export const MAX_PENDING = 100;

/** Attempts that may end with their process before the job is taken for the cause. */
export const MAX_CRASHES = 3;
