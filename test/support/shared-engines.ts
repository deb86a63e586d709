import { randomUUID } from 'node:crypto';
import { type Configuration, configurationIn } from '../../src/platform/configuration.js';
import { type KafkaBroker, startKafka } from './kafka.js';
import { type PostgresServer, startPostgres } from './postgres.js';
import { type RedisServers, startRedis } from './redis.js';
import { redisSettings } from './redis-settings.js';

/** PostgreSQL, Redis and Kafka, for services of several processes. */
export type SharedEngines = {
  readonly postgres: PostgresServer;
  readonly redis: RedisServers;
  readonly kafka: KafkaBroker;
  /** Where the processes of a new installation keep what they share. */
  installation(): Promise<Installation>;
  close(): Promise<void>;
};

type Installation = {
  /** The configuration of a process of it, on a data folder of its own. */
  configuration(dataDir: string, changed?: Partial<Configuration['processes']>): Configuration;
  /** The same as variables of a process, without its data folder. */
  readonly environment: Readonly<Record<string, string>>;
};

/** Leases that are short enough for a test, and long enough for a process that others keep from running. */
const LEASE_MS = 3_000;

export async function startSharedEngines(): Promise<SharedEngines> {
  const [postgres, redis, kafka] = await Promise.all([startPostgres(), startRedis(), startKafka()]);
  return {
    postgres,
    redis,
    kafka,
    installation: async () => {
      const name = `i${randomUUID().replaceAll('-', '')}`;
      const databaseUrl = await postgres.createDatabase(name);
      const [address] = redis.addresses;
      return {
        configuration: (dataDir, changed) => ({
          ...configurationIn(dataDir),
          logLevel: 'silent',
          databaseUrl,
          log: {
            engine: 'kafka',
            kafka: {
              connection: {
                brokers: kafka.brokers,
                requestTimeoutMs: 10_000,
                tls: null,
                sasl: null,
              },
              topicPrefix: name,
              replication: 1,
              minInSync: 1,
              compression: 'zstd',
              maxMessageBytes: 900 * 1024,
            },
          },
          online: {
            engine: 'redis',
            redis: redisSettings(redis, { keyPrefix: name, commandTimeoutMs: 5_000 }),
          },
          processes: { role: 'all', peerHost: null, peerPort: 0, leaseMs: LEASE_MS, ...changed },
        }),
        environment: {
          PLUMBLINE_DATABASE_URL: databaseUrl,
          PLUMBLINE_LOG_ENGINE: 'kafka',
          PLUMBLINE_LOG_KAFKA_BROKERS: kafka.brokers.join(','),
          PLUMBLINE_LOG_KAFKA_TOPIC_PREFIX: name,
          PLUMBLINE_LOG_KAFKA_REPLICATION: '1',
          PLUMBLINE_LOG_KAFKA_MIN_IN_SYNC: '1',
          PLUMBLINE_ONLINE_ENGINE: 'redis',
          PLUMBLINE_ONLINE_REDIS_URL: `redis://${address!.host}:${address!.port}`,
          PLUMBLINE_ONLINE_REDIS_KEY_PREFIX: name,
          PLUMBLINE_ONLINE_REDIS_COMMAND_TIMEOUT: '5s',
          PLUMBLINE_LEASE: `${LEASE_MS}ms`,
          PLUMBLINE_LOG_LEVEL: 'silent',
          PLUMBLINE_PORT: '0',
        },
      };
    },
    close: async () => {
      await Promise.all([postgres.close(), redis.close(), kafka.close()]);
    },
  };
}
