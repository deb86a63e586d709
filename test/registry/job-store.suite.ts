import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimedJob, JobOutcome } from '../../src/platform/job-queue.js';
import { type DatabaseConnection, databaseOptions, openDatabase } from '../../src/registry/database.js';
import { JobStore } from '../../src/registry/job-store.js';
import { DocumentVersion } from '../../src/registry/tables.js';

const NONE = { done: 0, total: 0 };
const DONE: JobOutcome = { state: 'succeeded', result: null };

/** What every queue of jobs must do; `connect` gives a connection to the same database each time. */
export function jobStoreSuite(engine: string, connect: () => Promise<DatabaseConnection>): void {
  describe(`queue of jobs on ${engine}`, () => {
    let database: DataSource;
    let queue: JobStore;
    beforeAll(async () => {
      database = await openDatabase(databaseOptions(await connect()));
      queue = new JobStore(database);
    });
    afterAll(() => database.destroy());
    beforeEach(async () => {
      await database.query('TRUNCATE job');
    });

    const add = (id: string, kind = 'load', project = 'p') => queue.add({ id, project, kind, spec: { id } });
    const claim = (worker = 'a', kinds = ['load', 'train']) => queue.claim({ worker, kinds });
    const states = async () =>
      Object.fromEntries((await queue.list('p', {})).map(({ id, state }) => [id, state]));
    /** Fails a job of the only lane that is idle. */
    const fail = async () => {
      const error = { code: 'INVALID_FILE', message: 'cut off' } as const;
      await queue.end((await claim())!, NONE, { state: 'failed', error });
    };

    it('keeps a job and its spec exactly', async () => {
      const spec = { big: 2n ** 63n - 1n, negativeZero: -0, nul: 'a\u0000b', after: null, list: [] };
      const job = await queue.add({ id: '1', project: 'p', kind: 'load', spec });
      expect(job).toMatchObject({ id: '1', kind: 'load', state: 'queued', progress: NONE, attempt: 1 });
      expect(job).toMatchObject({ finishedAt: null, createdAt: expect.stringMatching(/^\d{4}-.*Z$/) });
      expect(job).not.toHaveProperty('result');
      expect((await claim())!.spec).toEqual(spec);
      expect(await queue.get('q', '1')).toBeNull();
    });

    it('gives the jobs of a lane in order, one at a time, and lanes side by side', async () => {
      await add('1');
      await add('2');
      await add('3', 'train');
      await add('4', 'load', 'q');
      const claimed = [await claim(), await claim(), await claim(), await claim()];
      expect(claimed.map((job) => job?.id)).toEqual(['1', '3', '4', undefined]);
      await queue.end(claimed[0]!, NONE, DONE);
      expect(await claim()).toMatchObject({ id: '2', project: 'p', kind: 'load', attempt: 1, worker: 'a' });
    });

    it('gives only kinds that the worker knows', async () => {
      await add('1', 'retrieve');
      expect(await claim('a', ['load'])).toBeNull();
      expect(await claim('a', [])).toBeNull();
      expect(await claim('b', ['retrieve'])).toMatchObject({ id: '1' });
    });

    it('gives the job of a source to its owner, and that of one which is gone to anybody', async () => {
      await database.query('TRUNCATE document_version CASCADE');
      await database.getRepository(DocumentVersion).insert({
        ...{ project: 'p', kind: 'Source', name: 'here', version: 1, revision: 1, fingerprint: '' },
        ...{ document: {}, pins: {}, state: 'active', stateDetails: {} },
      });
      const owning = (owned?: readonly string[]) => queue.claim({ worker: 'a', kinds: ['load'], owned });
      await queue.add({ id: '1', project: 'p', kind: 'load', spec: {}, source: 'here' });
      await queue.add({ id: '2', project: 'q', kind: 'load', spec: {}, source: 'here' });
      expect(await owning([])).toMatchObject({ id: '2', source: 'here' });
      expect(await owning(['q/here', 'p/there'])).toBeNull();
      expect(await owning(['p/here'])).toMatchObject({ id: '1' });
      await add('3', 'load', 'r');
      expect(await owning([])).toMatchObject({ id: '3', source: null });
      await queue.add({ id: '4', project: 's', kind: 'load', spec: {}, source: 'here' });
      expect(await owning()).toMatchObject({ id: '4' });
    });

    it('gives no job to two workers that ask at once', async () => {
      for (let i = 0; i < 12; i++) await add(String(i), `kind${i}`);
      const kinds = Array.from({ length: 12 }, (_, i) => `kind${i}`);
      const claimed = await Promise.all(Array.from({ length: 30 }, (_, i) => claim(`worker${i % 3}`, kinds)));
      const ids = claimed.flatMap((job) => (job === null ? [] : [job.id]));
      expect(new Set(ids).size).toBe(ids.length);
      while ((await claim('last', kinds)) !== null);
      expect(new Set(Object.values(await states()))).toEqual(new Set(['running']));
    });

    it('runs no lane twice, whoever asks and whatever ends or is retried meanwhile', async () => {
      for (let i = 0; i < 8; i++) await add(String(i));
      let open = 8;
      const finish = async (job: ClaimedJob): Promise<void> => {
        const running = await queue.list('p', { state: 'running' });
        expect(running.map(({ id }) => id)).toEqual([job.id]);
        if (job.attempt === 2 || Number(job.id) % 2 > 0) {
          open--;
          await queue.end(job, NONE, DONE);
          return;
        }
        await queue.end(job, NONE, { state: 'failed', error: { code: 'INTERNAL', message: '' } });
        await queue.retry('p', job.id);
      };
      const work = async (worker: string): Promise<void> => {
        while (open > 0) {
          const job = await claim(worker);
          if (job !== null) await finish(job);
        }
      };
      await Promise.all(['a', 'b', 'c', 'd'].map(work));
      expect(new Set(Object.values(await states()))).toEqual(new Set(['succeeded']));
    });

    it.each([
      ['an object', { rows: 2n ** 60n, mean: -0, text: 'nul \u0000' }],
      ['a number', 7],
      ['an empty text', ''],
      ['false', false],
    ])('keeps %s as a result exactly, and the last progress', async (_, result) => {
      await add('1');
      const job = (await claim())!;
      expect(await queue.end(job, { done: 3, total: 4 }, { state: 'succeeded', result })).toBe(true);
      expect(await queue.get('p', '1')).toMatchObject({
        state: 'succeeded',
        progress: { done: 3, total: 4 },
      });
      expect((await queue.get('p', '1'))!.result).toEqual(result);
      expect((await queue.get('p', '1'))!.finishedAt).not.toBeNull();
    });

    it('keeps an error with its problems', async () => {
      await add('1');
      const error = { code: 'INVALID_ROW', message: 'no', problems: [{ path: '/1/x', message: 'y', at: 3 }] };
      await queue.end((await claim())!, NONE, { state: 'failed', error } as JobOutcome);
      expect(await queue.get('p', '1')).toMatchObject({ state: 'failed', error });
    });

    it('stores progress with a beat, and tells what is to be cancelled and what is lost', async () => {
      await add('1');
      await add('2', 'train');
      const [first, second] = [(await claim())!, (await claim())!];
      const told = (job: ClaimedJob) => ({ id: job.id, attempt: job.attempt, done: 5, total: 9 });
      expect(await queue.beat('a', [told(first), told(second)])).toEqual({ cancelled: [], lost: [] });
      expect(await queue.get('p', '1')).toMatchObject({ progress: { done: 5, total: 9 } });
      expect(await queue.cancel('p', '1')).toMatchObject({ state: 'running' });
      expect(await queue.beat('a', [told(first)])).toEqual({ cancelled: ['1'], lost: [] });
      await queue.recover({ worker: 'a' });
      expect(await queue.beat('a', [told(second)])).toEqual({ cancelled: [], lost: ['2'] });
      expect(await queue.beat('b', [{ ...told(second), attempt: 2 }])).toEqual({
        cancelled: [],
        lost: ['2'],
      });
    });

    it('queues a job again in its place when its process is gone, as another attempt', async () => {
      await add('1');
      await add('2');
      const before = (await claim())!;
      await queue.recover({ worker: 'b' });
      await queue.recover({ silentForMs: 3_600_000 });
      expect(await states()).toEqual({ 1: 'running', 2: 'queued' });
      await queue.recover({ silentForMs: 0 });
      const after = await claim();
      expect(after).toMatchObject({ id: '1', attempt: 2, worker: 'a' });
      expect(await queue.end(before, NONE, DONE)).toBe(false);
      expect(await queue.get('p', '1')).toMatchObject({ state: 'running', attempt: 2 });
      expect(await queue.end(after!, NONE, DONE)).toBe(true);
    });

    it('fails a job that ended with its process three times, and counts anew after a retry', async () => {
      await add('1');
      for (const attempt of [1, 2, 3]) {
        expect(await claim()).toMatchObject({ attempt });
        await queue.recover({ worker: 'a' });
      }
      const failed = await queue.get('p', '1');
      expect(failed).toMatchObject({ state: 'failed', attempt: 3, error: { code: 'UNAVAILABLE' } });
      expect(failed!.error!.message).toContain('3 times');
      expect(failed!.finishedAt).not.toBeNull();
      expect(await queue.retry('p', '1')).toMatchObject({ state: 'queued', attempt: 4 });
      await claim();
      await queue.recover({ worker: 'a' });
      expect(await queue.get('p', '1')).toMatchObject({ state: 'queued', attempt: 5 });
    });

    it('gives a job back as it was when the service stops', async () => {
      await add('1');
      await queue.end((await claim())!, { done: 1, total: 2 }, { state: 'queued' });
      expect(await queue.get('p', '1')).toMatchObject({ state: 'queued', attempt: 1, finishedAt: null });
      expect(await claim('b')).toMatchObject({ id: '1', attempt: 1 });
    });

    it('cancels a queued job at once, asks a running one, and leaves an ended one alone', async () => {
      await add('1');
      await add('2');
      const running = (await claim())!;
      expect(await queue.cancel('p', '2')).toMatchObject({ state: 'cancelled' });
      expect((await queue.get('p', '2'))!.finishedAt).not.toBeNull();
      expect(await queue.cancel('p', '1')).toMatchObject({ state: 'running', finishedAt: null });
      expect(await queue.end(running, NONE, { state: 'cancelled' })).toBe(true);
      expect(await states()).toEqual({ 1: 'cancelled', 2: 'cancelled' });
      expect(await queue.cancel('p', '1')).toBeNull();
      expect(await queue.cancel('q', '2')).toBeNull();
      expect(await queue.cancel('p', '3')).toBeNull();
    });

    it('cancels a job whose process died before it could listen', async () => {
      await add('1');
      await claim();
      await queue.cancel('p', '1');
      await queue.recover({ worker: 'a' });
      expect(await queue.get('p', '1')).toMatchObject({ state: 'cancelled', attempt: 1 });
      expect(await queue.retry('p', '1')).toMatchObject({ state: 'queued', attempt: 2 });
      expect(await queue.beat('a', [{ id: '1', attempt: 2, ...NONE }])).toEqual({
        cancelled: [],
        lost: ['1'],
      });
      expect(await queue.end((await claim())!, NONE, DONE)).toBe(true);
    });

    it('retries a job that failed or was cancelled, behind the others, without what it left', async () => {
      await add('1');
      await add('2');
      await fail();
      expect(await queue.retry('p', '1')).toMatchObject({ state: 'queued', attempt: 2, finishedAt: null });
      expect(await queue.get('p', '1')).not.toHaveProperty('error');
      expect((await queue.list('p', {})).map(({ id }) => id)).toEqual(['1', '2']);
      expect(await claim()).toMatchObject({ id: '2' });
      expect(await queue.retry('p', '1')).toBeNull();
      expect(await queue.retry('p', '2')).toBeNull();
      expect(await queue.retry('q', '1')).toBeNull();
    });

    it('lists newest first, by state and kind, as many as asked for', async () => {
      await add('1');
      await add('2', 'train');
      await add('3');
      await add('4', 'load', 'q');
      await fail();
      const ids = async (filter: Parameters<typeof queue.list>[1]) =>
        (await queue.list('p', filter)).map(({ id }) => id);
      expect(await ids({})).toEqual(['3', '2', '1']);
      expect(await ids({ kind: 'load' })).toEqual(['3', '1']);
      expect(await ids({ state: 'failed' })).toEqual(['1']);
      expect(await ids({ state: 'queued', kind: 'train' })).toEqual(['2']);
      expect(await ids({ limit: 2 })).toEqual(['3', '2']);
    });

    it('is bounded', async () => {
      await add('0');
      await fail();
      await database.query(
        `INSERT INTO job (id, project, kind, spec, state)
         SELECT 'n' || n, 'q', 'load', '{}', 'queued' FROM generate_series(1, 99) AS n`,
      );
      await add('100');
      await expect(add('101')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('100 jobs'),
      });
      await expect(queue.retry('p', '0')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });

    it('removes the oldest finished jobs of a project, never one that waits or runs', async () => {
      for (const id of ['1', '2', '3', '4', '5']) await add(id);
      await add('6', 'load', 'q');
      await fail();
      await fail();
      await fail();
      expect(await queue.prune('p', 2)).toEqual(['1']);
      expect(await queue.prune('p', 2)).toEqual([]);
      expect((await queue.prune('p', 0)).toSorted()).toEqual(['2', '3']);
      expect(await queue.known(['1', '4', '6', 'x'])).toEqual(new Set(['4', '6']));
      expect(await queue.known([])).toEqual(new Set());
    });

    it('has its jobs again when it is opened anew', async () => {
      await add('1');
      await claim();
      await database.destroy();
      database = await openDatabase(databaseOptions(await connect()));
      queue = new JobStore(database);
      expect(await queue.get('p', '1')).toMatchObject({ state: 'running' });
    });
  });
}
