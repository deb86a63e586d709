import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isAsked } from '../counterparts/counterpart.js';
import { KAFKA } from '../counterparts/kafka.js';
import { POSTGRES } from '../counterparts/postgres.js';
import { REDIS } from '../counterparts/redis.js';
import { type SharedEngines, startSharedEngines } from '../support/shared-engines.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { THING_DOCUMENTS } from '../support/thing-documents.js';

const MAIN = resolve(import.meta.dirname, '../../dist/src/main.js');
const PROJECT = '/v1/projects/p';
const DOCUMENTS = [
  ...THING_DOCUMENTS,
  {
    kind: 'FeatureSet',
    name: 'counted',
    entity: 'thing',
    source: 'readings',
    features: [{ name: 'rows', aggregate: 'COUNT(*)', window: 'lifetime' }],
  },
  { kind: 'FeatureService', name: 'all', entries: [{ featureSet: 'set' }, { featureSet: 'counted' }] },
];

const UNTIL_MS = 60_000;

const isRun = [POSTGRES, REDIS, KAFKA].every(isAsked) && existsSync(MAIN);

// `npm test` builds first; a test run by itself may have no build.
describe.skipIf(!isRun)('an installation that loses the owner of a source (S9, S12)', () => {
  let engines: SharedEngines;
  const running = new Set<ChildProcess>();
  beforeAll(async () => {
    engines = await startSharedEngines();
  }, 300_000);
  afterEach(async () => {
    await Promise.all([...running].map(ended));
  });
  afterAll(async () => {
    await engines?.close();
  });

  const started = async (environment: Readonly<Record<string, string>>, words: readonly string[] = []) => {
    const dataDir = temporaryFolder('lost');
    const child = spawn(process.execPath, [MAIN, ...words], {
      cwd: dataDir,
      env: { PATH: process.env['PATH'], PLUMBLINE_DATA_DIR: dataDir, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    running.add(child);
    for await (const line of child.stdout!) {
      const url = /listens on (\S+)/.exec(String(line))?.[1];
      if (url !== undefined) return { child, url };
    }
    throw new Error('the service ended before it listened');
  };
  const ended = async (child: ChildProcess): Promise<void> => {
    running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    await exit;
  };

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'by %s: another takes it over, with every row once',
    async (signal) => {
      const { environment } = await engines.installation();
      const both = [await started(environment), await started(environment)];
      await post(`${both[0]!.url}${PROJECT}/apply`, { documents: DOCUMENTS });
      const isOwner = await Promise.all(both.map(async ({ url }) => (await ready(url)).sources.length === 1));
      expect(isOwner.filter(Boolean)).toHaveLength(1);
      const [owner, other] = isOwner[0] ? both : both.toReversed();

      const acknowledged = new Map<number, number>();
      const stop = new AbortController();
      // One pushes to the owner itself, the others by way of the process that is not.
      const pushing = Promise.all(
        [owner!, other!, other!].map(({ url }, pusher) => pushUntil(url, pusher, acknowledged, stop.signal)),
      );
      await until(() => acknowledged.size >= 20);
      owner!.child.kill(signal);
      const before = acknowledged.size;
      await until(async () => (await ready(other!.url)).sources.length === 1);
      await until(() => acknowledged.size >= before + 20);
      if (signal === 'SIGSTOP') {
        owner!.child.kill('SIGCONT');
        const resumed = acknowledged.size;
        await until(async () => (await ready(owner!.url)).sources.length === 0);
        await until(() => acknowledged.size >= resumed + 20);
      }
      stop.abort();
      await pushing;

      const keys = [...acknowledged.keys()];
      const answer = await post<Answer>(`${other!.url}${PROJECT}/online/lookup`, {
        featureService: 'all',
        entities: keys.map((k) => ({ k })),
      });
      expect(answer.sequences.map(({ set }) => set)).toEqual(keys.map((k) => acknowledged.get(k)));
      expect(new Set(answer.results.map(({ values }) => values[1]))).toEqual(new Set([1]));
    },
    300_000,
  );

  it('of its workers: each is started again, all share one port and stop together', async () => {
    const { environment } = await engines.installation();
    const service = await started(environment, ['--workers', '2']);
    await post(`${service.url}${PROJECT}/apply`, { documents: DOCUMENTS });
    const acknowledged = new Map<number, number>();
    const stop = new AbortController();
    const pushing = Promise.all(
      [0, 1, 2].map((pusher) => pushUntil(service.url, pusher, acknowledged, stop.signal)),
    );
    await until(() => acknowledged.size >= 30);
    const workers = childrenOf(service.child.pid!);
    expect(workers).toHaveLength(2);
    for (const worker of workers) {
      process.kill(worker, 'SIGKILL');
      await until(() => childrenOf(service.child.pid!).filter((each) => each !== worker).length === 2);
      const before = acknowledged.size;
      await until(() => acknowledged.size >= before + 30);
    }
    stop.abort();
    await pushing;
    const keys = [...acknowledged.keys()];
    const answer = await post<Answer>(`${service.url}${PROJECT}/online/lookup`, {
      featureService: 'all',
      entities: keys.map((k) => ({ k })),
    });
    expect(answer.sequences.map(({ set }) => set)).toEqual(keys.map((k) => acknowledged.get(k)));
    expect(new Set(answer.results.map(({ values }) => values[1]))).toEqual(new Set([1]));

    await ended(service.child);
    expect(service.child.exitCode).toBe(0);
    expect(childrenOf(service.child.pid!)).toEqual([]);
  }, 300_000);
});

type Answer = {
  readonly sequences: readonly { readonly set: number | null }[];
  readonly results: readonly { readonly values: readonly unknown[] }[];
};

/** Sources that a process has open; of one that does not say so a name that none has. */
async function ready(url: string): Promise<{ readonly sources: readonly string[] }> {
  const response = await fetch(`${url}/ready`).catch(() => null);
  const body = (await response?.json()) as { readonly sources: readonly string[] };
  return response?.status === 200 ? body : { sources: ['?', '?'] };
}

/** Pushes one row after the other, each under a key until it is acknowledged; notes the place of each that was. */
async function pushUntil(
  url: string,
  pusher: number,
  acknowledged: Map<number, number>,
  signal: AbortSignal,
): Promise<void> {
  for (let k = pusher * 1_000_000; !signal.aborted; k++) {
    while (!signal.aborted) {
      const sequence = await pushed(url, k);
      if (sequence === null) {
        await sleep(50);
        continue;
      }
      acknowledged.set(k, sequence);
      break;
    }
  }
}

/** Null where it was not acknowledged: it may be there all the same, and the same key finds it. */
async function pushed(url: string, k: number): Promise<number | null> {
  try {
    const response = await fetch(`${url}${PROJECT}/sources/readings/rows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `row ${k}` },
      body: JSON.stringify({ rows: [{ k, at: '2024-01-01T00:00:00Z' }] }),
      signal: AbortSignal.timeout(5_000),
    });
    const body = (await response.json()) as {
      readonly firstSequence?: number;
      readonly error?: { readonly code: string };
    };
    if (response.status !== 200) expect(body.error?.code).toBe('UNAVAILABLE');
    return response.status === 200 ? body.firstSequence! : null;
  } catch (error) {
    // Cut off, refused, or without an answer.
    if (error instanceof TypeError || error instanceof DOMException) return null;
    throw error;
  }
}

async function post<T>(url: string, body: object): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as T;
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer;
}

/** Fails where it takes longer than any owner may. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const givenUp = performance.now() + UNTIL_MS;
  while (!(await isSo())) {
    if (performance.now() > givenUp) expect.fail(`after ${UNTIL_MS / 1_000} s still not so: ${isSo}`);
    await sleep(50);
  }
}

function childrenOf(pid: number): readonly number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  return existsSync(list) ? readFileSync(list, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
}
