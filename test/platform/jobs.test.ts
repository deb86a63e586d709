import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PlumblineError } from '../../src/definition/error.js';
import type { JobContext } from '../../src/platform/job.js';
import { JobFiles, noteResultFile } from '../../src/platform/job-files.js';
import { Jobs } from '../../src/platform/jobs.js';
import { pgliteConnection } from '../../src/registry/adapter/pglite.js';
import { databaseOptions, openDatabase } from '../../src/registry/database.js';
import { JobStore } from '../../src/registry/job-store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

type Run = (context: JobContext) => Promise<unknown>;

let database: DataSource;
let folder: string;
const started: Jobs[] = [];
const defects: unknown[] = [];

beforeAll(async () => {
  database = await openDatabase(databaseOptions(pgliteConnection(null)));
});
afterAll(() => database.destroy());
beforeEach(async () => {
  await database.query('TRUNCATE job');
  folder = temporaryFolder('jobs');
  defects.length = 0;
});
afterEach(async () => {
  for (const jobs of started.splice(0)) await jobs.close();
});

/** Jobs of one process, running; `handlers` by kind. */
async function openJobs(handlers: Readonly<Record<string, Run>>, worker = 'a'): Promise<Jobs> {
  const jobs = prepare(handlers, worker);
  await jobs.open();
  return jobs;
}

function prepare(handlers: Readonly<Record<string, Run>>, worker = 'a'): Jobs {
  const jobs = new Jobs({
    queue: new JobStore(database),
    files: new JobFiles(folder),
    worker,
    onDefect: (cause) => defects.push(cause),
  });
  for (const [kind, run] of Object.entries(handlers)) jobs.handle(kind, { run });
  started.push(jobs);
  return jobs;
}

const job = (jobs: Jobs, id: string) => expect.poll(() => jobs.get('p', id), { timeout: 20_000 });

/** Runs until it is told to stop. */
const untilAborted: Run = async ({ signal }) => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  signal.throwIfAborted();
};

describe('jobs', () => {
  it('tell progress while they run and the result afterwards', async () => {
    const gate = Promise.withResolvers<void>();
    const jobs = await openJobs({
      load: async ({ progress, spec }) => {
        progress(3, 10);
        await gate.promise;
        return spec;
      },
    });
    const { id, ...queued } = await jobs.start('p', 'load', { rows: 10 });
    expect(queued).toMatchObject({ kind: 'load', state: 'queued', progress: { done: 0, total: 0 } });
    await job(jobs, id).toMatchObject({ state: 'running', progress: { done: 3, total: 10 } });
    gate.resolve();
    await job(jobs, id).toMatchObject({
      state: 'succeeded',
      progress: { done: 3, total: 10 },
      result: { rows: 10 },
    });
  });

  it('run one at a time for each kind and project, in order, and side by side otherwise', async () => {
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const run: Run = async ({ spec }) => {
      log.push(String(spec));
      await gate.promise;
    };
    const jobs = await openJobs({ load: run, train: run });
    await jobs.start('p', 'load', ['first']);
    await jobs.start('p', 'load', ['second']);
    await jobs.start('p', 'train', ['other kind']);
    await jobs.start('q', 'load', ['other project']);
    await expect.poll(() => log.toSorted()).toEqual(['first', 'other kind', 'other project']);
    gate.resolve();
    await expect.poll(() => log.at(3)).toBe('second');
  });

  it('are bounded: four run at once, and the next one when one has ended', async () => {
    const gates = new Map<string, () => void>();
    const run: Run = ({ project }) => new Promise((resolve) => gates.set(project, () => resolve(null)));
    const jobs = await openJobs({ load: run });
    for (const project of ['a', 'b', 'c', 'd', 'e']) await jobs.start(project, 'load', {});
    await expect.poll(() => [...gates.keys()].toSorted()).toEqual(['a', 'b', 'c', 'd']);
    gates.get('c')!();
    await expect.poll(() => [...gates.keys()].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const open of gates.values()) open();
  });

  it('fail with the code and problems of an error that is the caller\u2019s, and go on', async () => {
    const problems = [{ path: '/x', message: 'y' }];
    const jobs = await openJobs({
      load: async ({ spec }) => {
        if ('bad' in (spec as object)) throw new PlumblineError('INVALID_FILE', 'cut off', { problems });
        return 1;
      },
    });
    const failing = await jobs.start('p', 'load', { bad: true });
    const next = await jobs.start('p', 'load', {});
    await job(jobs, next.id).toMatchObject({ state: 'succeeded', result: 1 });
    expect(await jobs.get('p', failing.id)).toMatchObject({
      state: 'failed',
      error: { code: 'INVALID_FILE', message: 'cut off', problems },
    });
    expect(defects).toEqual([]);
  });

  it('say nothing of a defect\u2019s cause, and report it', async () => {
    const cause = new Error('password=secret');
    const jobs = await openJobs({ load: () => Promise.reject(cause) });
    const { id } = await jobs.start('p', 'load', {});
    await job(jobs, id).toMatchObject({ state: 'failed', error: { code: 'INTERNAL' } });
    expect(JSON.stringify(await jobs.get('p', id))).not.toContain('secret');
    expect(defects).toEqual([cause]);
  });

  it('are found in their own project only', async () => {
    const jobs = await openJobs({ load: async () => 1 });
    const { id } = await jobs.start('p', 'load', {});
    await expect(jobs.get('q', id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(jobs.cancel('q', id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(jobs.retry('q', id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(jobs.result('q', id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await jobs.list('q')).toEqual([]);
  });

  it('of a kind that nobody handles are refused, and so is a second handler', async () => {
    const jobs = prepare({ load: async () => 1 });
    await expect(jobs.start('p', 'brew', {})).rejects.toThrow('nobody handles');
    expect(() => jobs.handle('load', { run: async () => 2 })).toThrow('one handler');
  });
});

describe('a stopping service', () => {
  it('asks jobs to stop and waits for them; they go on at the next start, as the same attempt', async () => {
    const before = await openJobs({ load: untilAborted });
    const first = await before.start('p', 'load', {});
    const second = await before.start('p', 'load', {});
    await job(before, first.id).toMatchObject({ state: 'running' });
    await before.close();
    expect(await before.get('p', first.id)).toMatchObject({ state: 'queued', attempt: 1 });
    await expect(before.start('p', 'load', {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const after = await openJobs({ load: async ({ attempt }) => attempt });
    await job(after, second.id).toMatchObject({ state: 'succeeded', result: 1 });
    expect(await after.get('p', first.id)).toMatchObject({ state: 'succeeded', result: 1 });
  });

  it('keeps the result of a job that ends while it stops', async () => {
    const begun = Promise.withResolvers<void>();
    const jobs = await openJobs({
      load: async ({ signal }) => {
        begun.resolve();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return 'done all the same';
      },
    });
    const { id } = await jobs.start('p', 'load', {});
    // A job says that it runs before its handler is called; one that is stopped in between goes back to the queue.
    await begun.promise;
    await jobs.close();
    expect(await jobs.get('p', id)).toMatchObject({ state: 'succeeded', result: 'done all the same' });
  });
});

describe('a service that died', () => {
  /** A job that its process took and never told of again. */
  async function leaveBehind(): Promise<string> {
    const queue = new JobStore(database);
    const id = crypto.randomUUID();
    await queue.add({ id, project: 'p', kind: 'load', spec: {} });
    await queue.claim({ worker: 'a', kinds: ['load'] });
    return id;
  }

  it('takes its jobs up again at its next start, as another attempt', async () => {
    const id = await leaveBehind();
    const jobs = await openJobs({ load: async ({ attempt }) => attempt });
    await job(jobs, id).toMatchObject({ state: 'succeeded', attempt: 2, result: 2 });
  });

  it('leaves them to no other service while it may live', async () => {
    const id = await leaveBehind();
    const other = await openJobs({ load: async () => 'stolen' }, 'b');
    const queued = await other.start('q', 'load', {});
    await expect.poll(() => other.get('q', queued.id)).toMatchObject({ state: 'succeeded' });
    expect(await other.get('p', id)).toMatchObject({ state: 'running', attempt: 1 });
  });

  it('has folders removed of jobs that are none any more, and no others', async () => {
    const id = await leaveBehind();
    const files = new JobFiles(folder);
    const [own, orphan] = [files.folderOf(id), files.folderOf('gone')];
    await openJobs({ load: async () => 1 });
    expect([existsSync(own), existsSync(orphan)]).toEqual([true, false]);
  });
});

describe('cancelling', () => {
  it('ends a job that runs when it listens, and one that waits at once', async () => {
    const jobs = await openJobs({ load: untilAborted });
    const running = await jobs.start('p', 'load', {});
    const waiting = await jobs.start('p', 'load', {});
    await job(jobs, running.id).toMatchObject({ state: 'running' });
    expect(await jobs.cancel('p', waiting.id)).toMatchObject({ state: 'cancelled' });
    await jobs.cancel('p', running.id);
    await job(jobs, running.id).toMatchObject({ state: 'cancelled' });
    expect(await jobs.cancel('p', running.id)).toMatchObject({ state: 'cancelled' });
    await expect(jobs.result('p', running.id)).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('reaches a job that another process runs', async () => {
    const one = await openJobs({ load: untilAborted });
    const other = prepare({}, 'b');
    const { id } = await one.start('p', 'load', {});
    await job(one, id).toMatchObject({ state: 'running' });
    await other.cancel('p', id);
    await job(other, id).toMatchObject({ state: 'cancelled' });
  });

  it('is refused for a job that has ended', async () => {
    const jobs = await openJobs({ load: async () => 1 });
    const { id } = await jobs.start('p', 'load', {});
    await job(jobs, id).toMatchObject({ state: 'succeeded' });
    await expect(jobs.cancel('p', id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(jobs.retry('p', id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('a retry', () => {
  it('runs a failed job again under its id, in the folder it left, without its old result', async () => {
    const jobs = await openJobs({
      load: async ({ attempt, folder: own }) => {
        const kept = existsSync(join(own, 'kept'));
        writeFileSync(join(own, 'kept'), '');
        if (attempt > 1) return { kept };
        await noteResultFile(own, { extension: 'csv', mediaType: 'text/csv' });
        throw new PlumblineError('TRAINING_FAILED', 'not today');
      },
    });
    const { id } = await jobs.start('p', 'load', {});
    await job(jobs, id).toMatchObject({ state: 'failed' });
    await expect(jobs.result('p', id)).rejects.toMatchObject({ code: 'TRAINING_FAILED' });
    expect(await jobs.retry('p', id)).toMatchObject({ id, state: 'queued', attempt: 2 });
    await job(jobs, id).toMatchObject({ state: 'succeeded', attempt: 2, result: { kept: true } });
    expect(await jobs.result('p', id)).toMatchObject({ file: null });
  });
});

describe('a result', () => {
  it('may be a file, which goes with its job', async () => {
    const jobs = await openJobs({
      retrieve: async ({ folder: own }) => {
        writeFileSync(join(own, 'result.csv'), 'a\n1\n');
        const headers = { 'Plumbline-Report': '{}' };
        await noteResultFile(own, { extension: 'csv', mediaType: 'text/csv', headers });
        return { rows: 1 };
      },
      load: async () => 1,
    });
    const { id } = await jobs.start('p', 'retrieve', {});
    await job(jobs, id).toMatchObject({ state: 'succeeded', result: { rows: 1 } });
    const { file } = await jobs.result('p', id);
    expect(file).toMatchObject({
      mediaType: 'text/csv',
      sizeBytes: 4,
      headers: { 'Plumbline-Report': '{}' },
    });
    await database.query(
      `INSERT INTO job (id, project, kind, spec, state)
       SELECT 'n' || n, 'p', 'load', '{}', 'failed' FROM generate_series(1, 199) AS n`,
    );
    const last = await jobs.start('p', 'load', {});
    await job(jobs, last.id).toMatchObject({ state: 'succeeded' });
    await expect.poll(() => existsSync(file!.path)).toBe(false);
    expect(await jobs.list('p')).toHaveLength(200);
    await expect(jobs.get('p', id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is not there before the job has ended', async () => {
    const jobs = await openJobs({ load: untilAborted });
    const { id } = await jobs.start('p', 'load', {});
    await expect(jobs.result('p', id)).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});
