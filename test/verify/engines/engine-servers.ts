import { writeFileSync } from 'node:fs';
import { startKafka } from '../../support/kafka.js';
import { startPostgres } from '../../support/postgres.js';
import { startRedisCluster } from '../../support/redis-cluster.js';
import { kafkaOf, redisOf, type Settings } from './engine-settings.js';

export const ENGINES = ['redis-cluster', 'kafka', 'postgres'] as const;

export type EngineName = (typeof ENGINES)[number];

type EngineServer = {
  /** Settings of an installation, which shares the server with others and none of their data. */
  readonly settings: (installation: string) => Promise<Settings>;
  readonly close: () => Promise<void>;
};

const START: Readonly<Record<EngineName, () => Promise<EngineServer>>> = {
  'redis-cluster': async () => {
    const servers = await startRedisCluster();
    return { settings: async (name) => redisOf(servers, name), close: servers.close };
  },
  kafka: async () => {
    const broker = await startKafka();
    return { settings: async (name) => kafkaOf(broker.brokers, name), close: () => broker.close() };
  },
  postgres: async () => {
    const server = await startPostgres();
    return {
      settings: async (name) => ({ databaseUrl: await server.createDatabase(name) }),
      close: () => server.close(),
    };
  },
};

/** Engines beside the embedded ones, for several installations. */
export type EngineServers = {
  /** Writes the one file that moves an installation to them; `installation` is new. */
  configure(file: string, installation: string): Promise<void>;
};

/** Runs work with servers of the named engines, gone afterwards; those that are not named stay embedded. */
export async function withEngines<T>(
  names: readonly EngineName[],
  work: (engines: EngineServers) => Promise<T>,
): Promise<T> {
  const servers: EngineServer[] = [];
  try {
    for (const name of names) servers.push(await START[name]());
    return await work({ configure: (file, installation) => configure(servers, file, installation) });
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

async function configure(
  servers: readonly EngineServer[],
  file: string,
  installation: string,
): Promise<void> {
  const parts = await Promise.all(servers.map(({ settings }) => settings(installation)));
  // YAML takes JSON as it is.
  writeFileSync(file, JSON.stringify(Object.assign({}, ...parts)));
}

/** Names of engines in a list with commas; null where one is unknown. */
export function engineNames(list: string): readonly EngineName[] | null {
  const names = list.split(',').map((text) => ENGINES.find((name) => name === text.trim()));
  return names.some((name) => name === undefined) ? null : names.map((name) => name!);
}
