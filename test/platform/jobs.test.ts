import { describe, expect, it } from 'vitest';
import { PlumblineError } from '../../src/definition/error.js';
import { Jobs } from '../../src/platform/jobs.js';

function jobs(): { readonly jobs: Jobs; readonly defects: unknown[] } {
  const defects: unknown[] = [];
  return { jobs: new Jobs((cause) => defects.push(cause)), defects };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('jobs', () => {
  it('tell progress while they run and the result afterwards', async () => {
    const { jobs: all } = jobs();
    const gate = Promise.withResolvers<void>();
    const job = all.start('p', 'load', async (progress) => {
      progress(3, 10);
      await gate.promise;
      return { rows: 10 };
    });
    expect(job).toMatchObject({ kind: 'load', state: 'running', progress: { done: 0, total: 0 } });
    await settled();
    expect(all.get('p', job.id)).toMatchObject({ state: 'running', progress: { done: 3, total: 10 } });
    gate.resolve();
    await settled();
    expect(all.get('p', job.id)).toMatchObject({ state: 'succeeded', result: { rows: 10 } });
  });

  it('run one at a time for each kind and project, in order, and side by side otherwise', async () => {
    const { jobs: all } = jobs();
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const run = (name: string) => async () => {
      log.push(name);
      await gate.promise;
    };
    all.start('p', 'load', run('first'));
    all.start('p', 'load', run('second'));
    all.start('p', 'train', run('other kind'));
    all.start('q', 'load', run('other project'));
    await settled();
    expect(log).toEqual(['first', 'other kind', 'other project']);
    gate.resolve();
    await settled();
    expect(log).toEqual(['first', 'other kind', 'other project', 'second']);
  });

  it('fail with the code and problems of an error that is the caller\u2019s, and go on', async () => {
    const { jobs: all, defects } = jobs();
    const problems = [{ path: '/x', message: 'y' }];
    const failing = all.start('p', 'load', () =>
      Promise.reject(new PlumblineError('INVALID_FILE', 'cut off', { problems })),
    );
    const next = all.start('p', 'load', async () => 1);
    await settled();
    expect(all.get('p', failing.id)).toMatchObject({
      state: 'failed',
      error: { code: 'INVALID_FILE', message: 'cut off', problems },
    });
    expect(all.get('p', next.id).state).toBe('succeeded');
    expect(defects).toEqual([]);
  });

  it('say nothing of a defect\u2019s cause, and report it', async () => {
    const { jobs: all, defects } = jobs();
    const cause = new Error('password=secret');
    const job = all.start('p', 'load', () => Promise.reject(cause));
    await settled();
    expect(all.get('p', job.id).error).toMatchObject({ code: 'INTERNAL' });
    expect(JSON.stringify(all.get('p', job.id))).not.toContain('secret');
    expect(defects).toEqual([cause]);
  });

  it('are listed newest first, by project, and found in their own only', async () => {
    const { jobs: all } = jobs();
    const first = all.start('p', 'load', async () => 1);
    const second = all.start('p', 'load', async () => 2);
    all.start('q', 'load', async () => 3);
    expect(all.list('p').map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(() => all.get('q', first.id)).toThrow(PlumblineError);
    await settled();
  });

  it('are bounded: a full queue refuses, and old ones are forgotten', async () => {
    const { jobs: all } = jobs();
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 100; i++) all.start('p', 'load', async () => i);
      expect(() => all.start('p', 'load', async () => 0)).toThrow('100 jobs');
      await settled();
    }
    expect(all.list('p')).toHaveLength(200);
  });

  it('are asked to stop, and waited for, when the service closes', async () => {
    const { jobs: all } = jobs();
    const job = all.start('p', 'load', async (_, signal) => {
      while (!signal.aborted) await settled();
      signal.throwIfAborted();
    });
    const waiting = all.start('p', 'load', async () => 'never');
    await settled();
    await all.close();
    expect(all.get('p', job.id)).toMatchObject({ state: 'failed', error: { code: 'UNAVAILABLE' } });
    expect(all.get('p', waiting.id)).toMatchObject({ state: 'failed', error: { code: 'UNAVAILABLE' } });
    expect(() => all.start('p', 'load', async () => 1)).toThrow(PlumblineError);
  });
});
