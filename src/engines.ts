import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedLog } from './ingest/adapter/embedded-log.js';
import { EmbeddedLogCopy } from './ingest/adapter/embedded-log-copy.js';
import { KafkaLog } from './ingest/adapter/kafka-log.js';
import { KafkaLogCopy } from './ingest/adapter/kafka-log-copy.js';
import type { CopiedLog } from './ingest/copied-log.js';
import type { SourceLog } from './ingest/log.js';
import { LmdbOnlineStore } from './online/adapter/lmdb.js';
import { RedisOnlineStore } from './online/adapter/redis.js';
import type { OnlineStore } from './online/store.js';
import type { Configuration } from './platform/configuration.js';
import { pgliteConnection } from './registry/adapter/pglite.js';
import { seedRegistry } from './registry/adapter/pglite-template.js';
import { postgresConnection } from './registry/adapter/postgres.js';
import { postgresSignals } from './registry/adapter/postgres-listener.js';
import type { DatabaseConnection } from './registry/database.js';
import type { ChangeSignals } from './registry/publishing.js';

/** Online state where the configuration says. `onDefect` hears of what was not written behind everybody's back and is tried again. */
export async function onlineStore(
  configuration: Configuration,
  onDefect: (cause: unknown) => void = () => undefined,
): Promise<OnlineStore> {
  const { online } = configuration;
  return online.engine === 'redis'
    ? RedisOnlineStore.open(online.redis)
    : LmdbOnlineStore.open(onlineFolder(configuration), { onDefect });
}

/** Hears what fails behind everybody's back, again and again. */
type OnlineDefects = {
  readonly onlineNotWritten: (cause: unknown) => void;
  readonly onlineNotReached: (cause: unknown) => void;
};

/** The same for a service, which starts also where nothing answers yet. */
export async function onlineStoreSoon(
  configuration: Configuration,
  { onlineNotWritten, onlineNotReached }: OnlineDefects,
): Promise<OnlineStore> {
  const { online } = configuration;
  return online.engine === 'redis'
    ? RedisOnlineStore.openSoon(online.redis, onlineNotReached)
    : onlineStore(configuration, onlineNotWritten);
}

/** Whether there was ever any; it makes nothing. */
export async function isOnlineUnused(configuration: Configuration): Promise<boolean> {
  const { online } = configuration;
  return online.engine === 'redis'
    ? RedisOnlineStore.isUnused(online.redis)
    : !existsSync(onlineFolder(configuration));
}

/** The log where the configuration says. */
export function sourceLog(configuration: Configuration): SourceLog {
  const { log } = configuration;
  return log.engine === 'kafka' ? new KafkaLog(log.kafka) : new EmbeddedLog(logFolder(configuration));
}

/** The same to be copied, while no service has it. */
export function copiedLog(configuration: Configuration): CopiedLog {
  const { log } = configuration;
  return log.engine === 'kafka' ? new KafkaLogCopy(log.kafka) : new EmbeddedLogCopy(logFolder(configuration));
}

/** The registry where the configuration says; an embedded one is made where there is none. */
export async function registryConnection(configuration: Configuration): Promise<DatabaseConnection> {
  const { databaseUrl, databasePoolSize } = configuration;
  if (databaseUrl !== null) return postgresConnection(databaseUrl, databasePoolSize);
  const folder = registryFolder(configuration);
  await seedRegistry(folder);
  return pgliteConnection(folder);
}

/** What tells of changes that other processes make to it; null for an embedded one, which has one process. */
export function changeSignals({ databaseUrl }: Configuration): ChangeSignals | null {
  return databaseUrl === null ? null : postgresSignals(databaseUrl);
}

/** The same as it is; null for an embedded one that was never made. */
export function existingRegistry(configuration: Configuration): DatabaseConnection | null {
  const { databaseUrl, databasePoolSize } = configuration;
  if (databaseUrl !== null) return postgresConnection(databaseUrl, databasePoolSize);
  const folder = registryFolder(configuration);
  return existsSync(folder) ? pgliteConnection(folder) : null;
}

function registryFolder({ dataDir }: Configuration): string {
  return join(dataDir, 'registry');
}

function logFolder({ dataDir }: Configuration): string {
  return join(dataDir, 'log');
}

function onlineFolder({ dataDir }: Configuration): string {
  return join(dataDir, 'online');
}
