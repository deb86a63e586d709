import { type DataSource, In } from 'typeorm';
import { PlumblineError } from '../definition/error.js';
import type { Job, JobError } from '../platform/job.js';
import {
  type Abandoned,
  type ClaimedJob,
  type JobFilter,
  type JobOutcome,
  type JobProgress,
  type JobQueue,
  type JobWorker,
  MAX_CRASHES,
  MAX_PENDING,
  type NewJob,
} from '../platform/job-queue.js';
import { isUniqueViolation } from './database.js';
import { exactJson } from './exact-json.js';
import { JobRow } from './tables.js';

/**
 * The queue of jobs as a table. Every change is one statement that says in its condition what it rests on, so processes
 * that share the database need no other lock; times are the database's, so their clocks may differ.
 */
export class JobStore implements JobQueue {
  constructor(private readonly database: DataSource) {}

  async add({ id, project, kind, spec, source = null }: NewJob): Promise<Job> {
    await this.requireRoom();
    await this.rows().insert({ id, project, kind, spec, source, state: 'queued' });
    return (await this.get(project, id))!;
  }

  async get(project: string, id: string): Promise<Job | null> {
    const row = await this.rows().findOneBy({ project, id });
    return row === null ? null : jobOf(row);
  }

  async list(project: string, { state, kind, limit }: JobFilter): Promise<readonly Job[]> {
    const rows = await this.rows().find({
      where: { project, ...(state !== undefined && { state }), ...(kind !== undefined && { kind }) },
      order: { place: 'DESC' },
      ...(limit !== undefined && { take: limit }),
    });
    return rows.map(jobOf);
  }

  async claim({ worker, kinds, owned }: JobWorker): Promise<ClaimedJob | null> {
    // A statement that only reads costs the embedded engine no write to the disk, and mostly there is nothing.
    const heads = [kinds, owned ?? null];
    const waiting = await this.database.query(`SELECT id ${HEAD_OF_A_LANE} LIMIT 1`, heads);
    if (waiting.length === 0) return null;
    const id = await this.changeOne(
      `UPDATE job SET state = 'running', worker = $3, heartbeat_at = now(), done = '0', total = '0'
       WHERE id = (SELECT id ${HEAD_OF_A_LANE} ORDER BY place LIMIT 1 FOR UPDATE SKIP LOCKED)`,
      [...heads, worker],
    ).catch(nullIfLaneIsTaken);
    if (id === null) return null;
    const { project, kind, spec, source, attempt } = await this.rows().findOneByOrFail({ id });
    return { id, project, kind, spec, source, attempt, worker };
  }

  async beat(worker: string, jobs: readonly JobProgress[]) {
    const [rows]: [readonly { readonly id: string; readonly cancel_requested: boolean }[]] =
      await this.database.query(
        `UPDATE job SET heartbeat_at = now(), done = told.done, total = told.total
         FROM unnest($2::text[], $3::int[], $4::text[], $5::text[]) AS told (id, attempt, done, total)
         WHERE job.id = told.id AND job.attempt = told.attempt AND worker = $1 AND state = 'running'
         RETURNING job.id, cancel_requested`,
        [
          worker,
          jobs.map(({ id }) => id),
          jobs.map(({ attempt }) => attempt),
          jobs.map(({ done }) => String(done)),
          jobs.map(({ total }) => String(total)),
        ],
      );
    const own = new Set(rows.map(({ id }) => id));
    return {
      cancelled: rows.filter((row) => row.cancel_requested).map(({ id }) => id),
      lost: jobs.map(({ id }) => id).filter((id) => !own.has(id)),
    };
  }

  async end(job: ClaimedJob, { done, total }: Job['progress'], outcome: JobOutcome): Promise<boolean> {
    const id = await this.changeOne(
      `UPDATE job SET state = $4, result = $5, error = $6, done = $7, total = $8, worker = NULL,
         cancel_requested = false, finished_at = CASE WHEN $4 = 'queued' THEN NULL ELSE now() END
       WHERE id = $1 AND attempt = $2 AND worker = $3 AND state = 'running'`,
      [
        job.id,
        job.attempt,
        job.worker,
        outcome.state,
        outcome.state === 'succeeded' ? exactJson(outcome.result ?? null) : null,
        outcome.state === 'failed' ? exactJson(outcome.error) : null,
        String(done),
        String(total),
      ],
    );
    return id !== null;
  }

  async recover(abandoned: Abandoned): Promise<void> {
    const [condition, value] =
      'worker' in abandoned
        ? ['worker = $1', abandoned.worker]
        : [`heartbeat_at <= now() - $1 * interval '1 millisecond'`, abandoned.silentForMs];
    const rows: readonly unknown[] = await this.database.query(
      `SELECT id FROM job WHERE state = 'running' AND ${condition}`,
      [value],
    );
    if (rows.length === 0) return;
    await this.database.query(
      `UPDATE job SET worker = NULL, crashes = crashes + 1, ${ENDED_WITH_ITS_PROCESS}
       WHERE state = 'running' AND ${condition}`,
      [value, MAX_CRASHES, exactJson(CRASHED)],
    );
  }

  async cancel(project: string, id: string): Promise<Job | null> {
    const changed = await this.changeOne(
      `UPDATE job SET cancel_requested = (state = 'running'),
         finished_at = CASE state WHEN 'queued' THEN now() END,
         state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END
       WHERE project = $1 AND id = $2 AND state IN ('queued', 'running')`,
      [project, id],
    );
    return changed === null ? null : this.get(project, id);
  }

  async retry(project: string, id: string): Promise<Job | null> {
    await this.requireRoom();
    const changed = await this.changeOne(
      `UPDATE job SET state = 'queued', attempt = attempt + 1, crashes = 0, result = NULL, error = NULL, done = '0',
         total = '0', finished_at = NULL, place = nextval(pg_get_serial_sequence('job', 'place'))
       WHERE project = $1 AND id = $2 AND state IN ('failed', 'cancelled')`,
      [project, id],
    );
    return changed === null ? null : this.get(project, id);
  }

  async prune(project: string, keep: number): Promise<readonly string[]> {
    const old: readonly { readonly id: string }[] = await this.database.query(
      `SELECT id FROM job WHERE project = $1 AND state NOT IN ('queued', 'running') ORDER BY place DESC OFFSET $2`,
      [project, keep],
    );
    if (old.length === 0) return [];
    const [removed]: [readonly { readonly id: string }[]] = await this.database.query(
      `DELETE FROM job WHERE id = ANY($1::text[]) AND state NOT IN ('queued', 'running') RETURNING id`,
      [old.map(({ id }) => id)],
    );
    return removed.map(({ id }) => id);
  }

  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await this.rows().find({ select: { id: true }, where: { id: In(ids) } });
    return new Set(rows.map(({ id }) => id));
  }

  private rows() {
    return this.database.getRepository(JobRow);
  }

  /** Two that ask at once may both find room: the bound guards against a flood, not to the row. */
  private async requireRoom(): Promise<void> {
    const pending = await this.rows().countBy({ state: In(['queued', 'running']) });
    if (pending < MAX_PENDING) return;
    throw new PlumblineError('UNAVAILABLE', `${pending} jobs wait already; try again later`);
  }

  /** Runs an update of at most one row; its id, or null where the condition held for none. */
  private async changeOne(update: string, parameters: readonly unknown[]): Promise<string | null> {
    const [rows]: [readonly { readonly id: string }[]] = await this.database.query(`${update} RETURNING id`, [
      ...parameters,
    ]);
    return rows[0]?.id ?? null;
  }
}

/** The oldest queued jobs of lanes in which nothing runs, of the kinds in $1; with $2 none of a registered source that is not there. */
const HEAD_OF_A_LANE = `FROM job AS head
  WHERE state = 'queued' AND kind = ANY($1::text[])
  AND ($2::text[] IS NULL OR source IS NULL OR project || '/' || source = ANY($2::text[]) OR NOT EXISTS (
    SELECT 1 FROM document_version AS document WHERE document.kind = 'Source'
      AND document.project = head.project AND document.name = head.source))
  AND NOT EXISTS (
    SELECT 1 FROM job AS other WHERE other.project = head.project AND other.kind = head.kind
      AND (other.state = 'running' OR (other.state = 'queued' AND other.place < head.place)))`;

/** $2 is the number of crashes that fail a job, $3 the error that it then has. */
const ENDED_WITH_ITS_PROCESS = `
  state = CASE WHEN cancel_requested THEN 'cancelled' WHEN crashes + 1 >= $2 THEN 'failed' ELSE 'queued' END,
  attempt = CASE WHEN cancel_requested OR crashes + 1 >= $2 THEN attempt ELSE attempt + 1 END,
  error = CASE WHEN NOT cancel_requested AND crashes + 1 >= $2 THEN $3 END,
  finished_at = CASE WHEN cancel_requested OR crashes + 1 >= $2 THEN now() END,
  cancel_requested = false`;

const CRASHED: JobError = {
  code: 'UNAVAILABLE',
  message: `the process that ran the job ended before the job did, ${MAX_CRASHES} times; look into its log and its memory, then retry`,
};

/** A job that became visible late, though it was queued earlier, may run in the lane by now. */
function nullIfLaneIsTaken(error: unknown): null {
  if (isUniqueViolation(error)) return null;
  throw error;
}

function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    progress: { done: Number(row.done), total: Number(row.total) },
    attempt: row.attempt,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    ...(row.result !== null && { result: row.result }),
    ...(row.error !== null && { error: row.error }),
  };
}
