import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PREPARED } from '../../demo/paths.js';
import { startService } from '../../demo/service.js';
import { PlumblineClient } from '../../sdk/typescript/src/client.js';

/** Runs work against the built service, in a process and a data folder of its own, both gone afterwards. */
export async function withService<T>(
  clock: string,
  work: (client: PlumblineClient, baseUrl: string) => Promise<T>,
): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'plumbline-verify-'));
  const service = await startService({ dataDir, dataRoots: [PREPARED], clock });
  try {
    return await work(new PlumblineClient({ baseUrl: service.baseUrl, project: 'verify' }), service.baseUrl);
  } finally {
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
