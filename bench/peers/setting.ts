import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningService, startService } from '../../demo/service.js';
import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import type { Job } from '../../sdk/typescript/src/wire.js';
import { type RedisServers, startRedis } from '../../test/support/redis.js';
import { type FeastRepository, type FeastServer, feastRepository } from './feast.js';
import { featuresFile, onlineDocuments, writeOnlineData } from './online-data.js';

/** Both over one Redis, with the same definitions and the same files; nothing is online yet. */
export type PeerSetting = {
  readonly redis: RedisServers;
  readonly feast: FeastRepository;
  readonly service: RunningService;
  readonly client: PlumblineClient;
  /** Our server of Feast's wire format. */
  readonly ours: FeastServer;
};

const PROJECT = 'bench';

/** Lines of redis.conf. */
type RedisDirectives = readonly (readonly [name: string, value: string | number])[];

/** Redis keeps nothing of its last seconds. */
export const AS_IT_SHIPS: RedisDirectives = [['appendonly', 'no']];

/** Every write is on the disk before it is answered. */
export const DURABLE: RedisDirectives = [
  ['appendonly', 'yes'],
  ['appendfsync', 'always'],
];

/**
 * Runs `use` beside one Redis, a repository of Feast, and our service as it ships but for its online engine: embedded log, registry
 * and history. All of it is gone afterwards.
 */
export async function withPeers<T>(
  directives: RedisDirectives,
  use: (setting: PeerSetting) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-peers-'));
  const redis = await startRedis({ directives });
  try {
    await writeOnlineData(join(folder, 'feast', 'data'));
    const { port } = redis.addresses[0]!;
    const feast = await feastRepository(join(folder, 'feast'), port);
    const service = await startService({
      dataDir: join(folder, 'data'),
      dataRoots: [folder],
      settings: {
        PLUMBLINE_ONLINE_ENGINE: 'redis',
        PLUMBLINE_ONLINE_REDIS_URL: `redis://127.0.0.1:${port}/1`,
        PLUMBLINE_FEAST_PROJECT: PROJECT,
      },
    });
    try {
      const client = new PlumblineClient({ baseUrl: service.baseUrl, project: PROJECT });
      await client.apply([...onlineDocuments()]);
      return await use({ redis, feast, service, client, ours: serverOf(service) });
    } finally {
      await service.stop();
    }
  } finally {
    await redis.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seconds of a load of the file of features until log, online state and history have it. */
export async function loadFeatures({ client, service, feast }: PeerSetting): Promise<number> {
  const startedMs = performance.now();
  const path = featuresFile(join(feast.folder, 'data'));
  const response = await fetch(`${service.baseUrl}/v1/projects/${PROJECT}/sources/generated/loads`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // The same bytes once more, as Feast writes them once more.
    body: JSON.stringify({ path, again: true }),
  });
  await client.waitForJob((await response.json()) as Job<unknown>);
  return (performance.now() - startedMs) / 1000;
}

function serverOf({ baseUrl, pid }: RunningService): FeastServer {
  const { hostname, port } = new URL(baseUrl);
  return { host: hostname, port: Number(port), pid, base: '' };
}
