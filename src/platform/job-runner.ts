import { setTimeout as delay } from 'node:timers/promises';
import { PlumblineError, plumblineErrorIn } from '../definition/error.js';
import type { Job, JobContext, JobError, JobHandler } from './job.js';
import type { JobFiles } from './job-files.js';
import type { ClaimedJob, JobOutcome, JobQueue } from './job-queue.js';

export type JobRunnerParts = {
  readonly queue: JobQueue;
  readonly files: JobFiles;
  /** See `worker-name.ts`. */
  readonly worker: string;
  /** Hears what failed for a reason that is no caller's; without `job` it was the queue that failed. */
  readonly onDefect: (cause: unknown, job?: { readonly id: string }) => void;
};

/** Jobs that one process runs at once: most are bound by processor and memory, so more would only share them. */
const MAX_RUNNING = 4;

/** Finished jobs kept for a project; the oldest goes first. */
const MAX_KEPT = 200;

/** How often progress is stored, and the jobs that other processes queued are looked for. */
const TICK_MS = 1_000;
/** How often a worker says that it lives: several times within the lease. */
const BEAT_TICKS = 5;
/** How often abandoned jobs are looked for; a multiple of {@link BEAT_TICKS}, so that its own were told of just before. */
const RECOVER_TICKS = 10;
/** After so long without a word a worker is taken for dead: longer than any pause of a process that is not. */
const LEASE_MS = 60_000;

/** How long a stopping service waits for a job that does not listen; supervisors kill after about this long. */
const STOP_DEADLINE_MS = 8_000;

type Running = {
  readonly job: ClaimedJob;
  readonly abort: AbortController;
  progress: Job['progress'];
  /** Whether the queue knows the progress. */
  told: boolean;
  /** What an attempt that was aborted ends as; null where it is another's by now. */
  endsAs: 'cancelled' | 'queued' | null;
  ended: Promise<void>;
};

/** Takes jobs from the queue and runs them in this process. */
export class JobRunner {
  private readonly handlers = new Map<string, JobHandler>();
  private readonly running = new Map<string, Running>();
  private timer: NodeJS.Timeout | null = null;
  private ticks = 0;
  private ticking: Promise<void> | null = null;
  private state: 'waiting' | 'open' | 'stopping' = 'waiting';
  private taken: Promise<void> = Promise.resolve();
  private isLooking = false;
  private owned: (() => readonly string[]) | null = null;

  constructor(private readonly parts: JobRunnerParts) {}

  get isStopping(): boolean {
    return this.state === 'stopping';
  }

  handle(kind: string, handler: JobHandler): void {
    if (this.state !== 'waiting' || this.handlers.has(kind)) {
      throw new Error(`jobs of kind "${kind}" need one handler, given before the first job runs`);
    }
    this.handlers.set(kind, handler);
  }

  ownedBy(owned: () => readonly string[]): void {
    this.owned = owned;
  }

  handles(kind: string): boolean {
    return this.handlers.has(kind);
  }

  /** Takes up what an earlier process left, and looks for jobs from now on. */
  async open(): Promise<void> {
    const { queue, files, worker } = this.parts;
    await queue.recover({ worker });
    const folders = await files.ids();
    const known = await queue.known(folders);
    await files.remove(folders.filter((id) => !known.has(id)));
    this.state = 'open';
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
    this.look();
  }

  /** Takes what there is to take, soon. */
  look(): void {
    if (this.state !== 'open' || this.isLooking) return;
    this.isLooking = true;
    this.taken = this.taken.then(() => this.take());
  }

  /** Asks a job to end, where this process runs it. */
  cancel(id: string): void {
    const run = this.running.get(id);
    if (run !== undefined) abort(run, 'cancelled');
  }

  /** Asks every job to stop and waits until each one has, or the deadline is over. */
  async stop(): Promise<void> {
    this.state = 'stopping';
    if (this.timer !== null) clearInterval(this.timer);
    await this.taken;
    const runs = [...this.running.values()];
    for (const run of runs) abort(run, 'queued');
    const deadline = delay(STOP_DEADLINE_MS, undefined, { ref: false });
    await Promise.race([Promise.all(runs.map(({ ended }) => ended)), deadline]);
    await this.ticking;
  }

  private async take(): Promise<void> {
    this.isLooking = false;
    const { queue, worker, onDefect } = this.parts;
    const kinds = [...this.handlers.keys()];
    try {
      while (this.running.size < MAX_RUNNING && this.state === 'open') {
        const job = await queue.claim({ worker, kinds, owned: this.owned?.() });
        if (job === null) return;
        this.launch(job);
      }
    } catch (cause) {
      // The next look tries again.
      onDefect(cause);
    }
  }

  private launch(job: ClaimedJob): void {
    const run: Running = {
      job,
      abort: new AbortController(),
      progress: { done: 0, total: 0 },
      // So that the next tick hears of a cancel that came while the job was taken.
      told: false,
      endsAs: null,
      ended: Promise.resolve(),
    };
    this.running.set(job.id, run);
    run.ended = this.work(run)
      .catch((cause: unknown) => this.parts.onDefect(cause, job))
      .finally(() => {
        this.running.delete(job.id);
        this.look();
      });
  }

  private async work(run: Running): Promise<void> {
    const { queue, files } = this.parts;
    const { job } = run;
    const outcome = await this.outcomeOf(run);
    // Where the queue cannot be told, the lease runs out and the job is done again.
    if (outcome === null || !(await queue.end(job, run.progress, outcome))) return;
    await files.remove(await queue.prune(job.project, MAX_KEPT));
  }

  private async outcomeOf(run: Running): Promise<JobOutcome | null> {
    const { job, abort } = run;
    try {
      await this.parts.files.forgetResult(job.id);
      abort.signal.throwIfAborted();
      const result = await this.handlers.get(job.kind)!.run(this.contextOf(run));
      return { state: 'succeeded', result };
    } catch (cause) {
      if (abort.signal.aborted) return run.endsAs === null ? null : { state: run.endsAs };
      if (this.isAnothers(job, cause)) return { state: 'queued' };
      return { state: 'failed', error: this.errorOf(cause, job) };
    }
  }

  /** Whether a job is that of a source that has another owner by now, who does it anew. */
  private isAnothers({ project, source }: ClaimedJob, cause: unknown): boolean {
    if (this.owned === null || source === null || source === undefined) return false;
    if (plumblineErrorIn(cause)?.code !== 'UNAVAILABLE') return false;
    return !this.owned().includes(`${project}/${source}`);
  }

  private contextOf(run: Running): JobContext {
    const { files } = this.parts;
    const { id, project, attempt, spec } = run.job;
    return {
      project,
      jobId: id,
      attempt,
      spec,
      get folder() {
        return files.folderOf(id);
      },
      progress: (done, total) => {
        run.progress = { done, total };
        run.told = false;
      },
      signal: run.abort.signal,
    };
  }

  private errorOf(cause: unknown, { id }: ClaimedJob): JobError {
    const told = plumblineErrorIn(cause);
    if (told !== null && told.code !== 'INTERNAL') {
      const { path, problems } = told.details;
      return {
        code: told.code,
        message: told.message,
        ...(path !== undefined && { path }),
        ...(problems !== undefined && { problems }),
      };
    }
    this.parts.onDefect(cause, { id });
    return { code: 'INTERNAL', message: `the job failed; the log holds the cause under job ${id}` };
  }

  private tick(): void {
    if (this.ticking !== null) return;
    this.ticking = this.attend()
      .catch((cause: unknown) => this.parts.onDefect(cause))
      .finally(() => {
        this.ticking = null;
      });
  }

  private async attend(): Promise<void> {
    const tick = ++this.ticks;
    await this.beat([...this.running.values()], tick % BEAT_TICKS === 0);
    if (tick % RECOVER_TICKS === 0) await this.parts.queue.recover({ silentForMs: LEASE_MS });
    this.look();
  }

  private async beat(runs: readonly Running[], isDue: boolean): Promise<void> {
    if (!runs.some(({ told }) => isDue || !told)) return;
    const jobs = runs.map(({ job, progress }) => ({ id: job.id, attempt: job.attempt, ...progress }));
    for (const run of runs) run.told = true;
    const { cancelled, lost } = await this.parts.queue.beat(this.parts.worker, jobs);
    for (const run of runs) {
      if (cancelled.includes(run.job.id)) abort(run, 'cancelled');
      if (lost.includes(run.job.id)) abort(run, null);
    }
  }
}

function abort(run: Running, endsAs: Running['endsAs']): void {
  if (run.abort.signal.aborted) return;
  run.endsAs = endsAs;
  run.abort.abort(new PlumblineError('CANCELLED', REASONS[endsAs ?? 'lost']));
}

const REASONS = {
  cancelled: 'the job was cancelled',
  queued: 'the service stops; the job goes on at its next start',
  lost: 'the job runs in another process by now',
};
