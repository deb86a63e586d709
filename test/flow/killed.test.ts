import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.js';
import { THING_DOCUMENTS } from '../support/thing-documents.js';

const MAIN = resolve(import.meta.dirname, '../../dist/src/main.js');
const DOCUMENTS = [
  ...THING_DOCUMENTS,
  { kind: 'FeatureService', name: 'all', entries: [{ featureSet: 'set' }] },
];

// `npm test` builds first; a test run by itself may have no build.
describe.skipIf(!existsSync(MAIN))('a service that is killed while rows come in (S12)', () => {
  it('has every acknowledged row after a restart, in its place', async () => {
    const dataDir = temporaryFolder('killed');
    const first = await started(dataDir);
    await post(`${first.url}/apply`, { documents: DOCUMENTS });
    const acknowledged = new Map<number, number>();
    const pushing = Promise.all([1, 2, 3, 4].map((pusher) => pushUntilCut(first.url, pusher, acknowledged)));
    while (acknowledged.size < 200) await new Promise((resolve) => setTimeout(resolve, 5));
    first.process.kill('SIGKILL');
    await Promise.all([pushing, once(first.process, 'exit')]);

    const second = await started(dataDir);
    try {
      const keys = [...acknowledged.keys()];
      const answer = await post<Answer>(`${second.url}/online/lookup`, {
        featureService: 'all',
        entities: keys.map((k) => ({ k })),
      });
      const found = answer.sequences.map(({ set }) => set);
      expect(found).toEqual(keys.map((k) => acknowledged.get(k)));
    } finally {
      second.process.kill('SIGTERM');
      await once(second.process, 'exit');
    }
  });
});

type Answer = { readonly sequences: readonly { readonly set: number | null }[] };
type Accepted = { readonly firstSequence: number };
type Running = { readonly process: ChildProcess; readonly url: string };

/** The built service as a process of its own, once it listens. */
async function started(dataDir: string): Promise<Running> {
  const environment = { PLUMBLINE_DATA_DIR: dataDir, PLUMBLINE_PORT: '0', PLUMBLINE_LOG_LEVEL: 'silent' };
  const child = spawn(process.execPath, [MAIN], {
    cwd: dataDir,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of child.stdout!) {
    const url = /listens on (\S+)/.exec(String(line))?.[1];
    if (url !== undefined) return { process: child, url: `${url}/v1/projects/p` };
  }
  throw new Error('the service ended before it listened');
}

/** Pushes one row after the other until the connection breaks; notes the place of each that was acknowledged. */
async function pushUntilCut(url: string, pusher: number, acknowledged: Map<number, number>): Promise<void> {
  for (let i = 0; ; i++) {
    const k = pusher * 1_000_000 + i;
    try {
      const rows = [{ k, at: '2020-01-01T00:00:00Z' }];
      acknowledged.set(k, (await post<Accepted>(`${url}/sources/readings/rows`, { rows })).firstSequence);
    } catch {
      return;
    }
  }
}

async function post<T>(url: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}
