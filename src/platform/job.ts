import type { ErrorCode, Problem } from '../definition/error.js';

/** Where a job stands: `queued` waits for its turn; the last three are its end, until it is retried. */
export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

export type JobState = (typeof JOB_STATES)[number];

/** Work that outlives its request, as its caller sees it. */
export type Job = {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  /** In units of the job's kind, rows or epochs; `total` is 0 while unknown. */
  readonly progress: { readonly done: number; readonly total: number };
  /** Which attempt this is, from 1: a retry makes another, and so does the end of the process that ran it. */
  readonly attempt: number;
  /** RFC 3339, by the clock of the registry database. */
  readonly createdAt: string;
  /** Null until it ends. */
  readonly finishedAt: string | null;
  readonly result?: unknown;
  readonly error?: JobError;
};

export type JobError = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly path?: string;
  readonly problems?: readonly Problem[];
};

type ReportProgress = (done: number, total: number) => void;

/** What one attempt at a job has to work with. */
export type JobContext = {
  readonly project: string;
  readonly jobId: string;
  readonly attempt: number;
  /** As it was given to `start`, read back from JSON: the handler validates it. */
  readonly spec: unknown;
  /** A folder of this job alone, made when it is first asked for. What an earlier attempt left is still there. */
  readonly folder: string;
  readonly progress: ReportProgress;
  /** Aborted when the job is cancelled, the service goes down, or another process took the job over. */
  readonly signal: AbortSignal;
};

/**
 * The work of one kind of job. It may begin again after any part of it was done (S11), ends soon, by throwing, once the
 * signal is aborted, and returns plain JSON data. A file of its own goes out by `noteResultFile`.
 */
export type JobHandler = { run(context: JobContext): Promise<unknown> };
