import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../../bench/conditions.js';
import { PREPARED } from '../../demo/paths.js';
import { AFTERWARDS } from '../../demo/prepare.js';
import { startService } from '../../demo/service.js';
import { type Check, measured } from './check.js';

const FIRST_SECONDS = 6;
const LATER_SECONDS = 3;

/** From the start of the built service's process to its first healthy answer. */
export const startUp: Check = {
  name: 'start-up',
  bar: `healthy within ${FIRST_SECONDS} s on a fresh data folder, ${LATER_SECONDS} s on later starts (medians of 5)`,
  defect: {
    file: 'src/serve.js',
    find: 'await app.listen(',
    replace: 'await new Promise((resolve) => setTimeout(resolve, 6000));\n    await app.listen(',
  },
  run: () =>
    measured(startTwice, (runs) => {
      const first = median(runs.map((run) => run.first));
      const later = median(runs.map((run) => run.later));
      return {
        ok: first <= FIRST_SECONDS && later <= LATER_SECONDS,
        figure: `first ${first.toFixed(2)} s, later ${later.toFixed(2)} s`,
      };
    }),
};

async function startTwice(): Promise<{ readonly first: number; readonly later: number }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-start-'));
  try {
    return { first: await startOnce(dataDir), later: await startOnce(dataDir) };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function startOnce(dataDir: string): Promise<number> {
  const service = await startService({ dataDir, dataRoots: [PREPARED], clock: AFTERWARDS });
  await service.stop();
  return service.startSeconds;
}
