import { join } from 'node:path';
import type { Configuration } from '../platform/configuration.js';
import type { InstallationPlaces } from '../platform/migration-mark.js';
import type { RedisSettings } from '../platform/redis-settings.js';

/** Where each part of an installation is, without passwords; the same text is the same place. */
export function installationPlaces({
  dataDir,
  filesDir,
  databaseUrl,
  log,
  online,
}: Configuration): InstallationPlaces {
  return {
    registry: databaseUrl === null ? join(dataDir, 'registry') : postgresText(databaseUrl),
    files: filesDir === dataDir ? dataDir : `${dataDir} and ${filesDir}`,
    log:
      log.engine === 'embedded'
        ? join(dataDir, 'log')
        : `Kafka at ${log.kafka.connection.brokers.join(', ')}, topics ${log.kafka.topicPrefix}-…`,
    online: online.engine === 'lmdb' ? join(dataDir, 'online') : redisText(online.redis),
  };
}

function postgresText(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `PostgreSQL at ${hostname}:${port || POSTGRES_PORT}${pathname}`;
}

const POSTGRES_PORT = 5432;

function redisText(settings: RedisSettings): string {
  const text = ({ host, port }: { readonly host: string; readonly port: number }): string =>
    `${host}:${port}`;
  const keys = `keys {${settings.keyPrefix}:…`;
  switch (settings.kind) {
    case 'single':
      return `Redis at ${text(settings.address)}/${settings.database}, ${keys}`;
    case 'sentinel':
      return `Redis "${settings.master}" of the sentinels ${settings.sentinels.map(text).join(', ')}/${settings.database}, ${keys}`;
    case 'cluster':
      return `Redis Cluster at ${settings.nodes.map(text).join(', ')}, ${keys}`;
  }
}
