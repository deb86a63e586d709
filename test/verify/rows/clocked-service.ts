import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../../src/create-app.js';
import { parseTimestamp } from '../../../src/definition/time.js';
import { ManualClock } from '../../../src/platform/clock.js';
import { configurationIn } from '../../../src/platform/configuration.js';

/** A service in this process, whose clock is moved by hand. */
export type ClockedService = {
  readonly baseUrl: string;
  readonly clock: ManualClock;
  /** Its files may be loaded. */
  readonly folder: string;
};

/** Runs work with the whole service over a folder of its own, both gone afterwards; `start` is what its clock shows first. */
export async function withClockedService<T>(
  start: string,
  work: (service: ClockedService) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-clocked-'));
  try {
    return await runClocked(folder, start, work);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same over a given folder, whose data stay in `data` when the service has stopped. */
export async function runClocked<T>(
  folder: string,
  start: string,
  work: (service: ClockedService) => Promise<T>,
): Promise<T> {
  const clock = new ManualClock(parseTimestamp(start)!);
  const app = await createApp({ ...configurationIn(join(folder, 'data')), dataRoots: [folder] }, { clock });
  await app.listen(0, '127.0.0.1');
  try {
    return await work({ baseUrl: await app.getUrl(), clock, folder });
  } finally {
    await app.close();
  }
}
