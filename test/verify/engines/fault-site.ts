import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningService, startService } from '../../../demo/service.js';
import { FaultProxy } from '../../support/fault-proxy.js';
import { type KafkaBroker, startKafka } from '../../support/kafka.js';
import { type PostgresServer, startPostgres } from '../../support/postgres.js';
import { startRedisCluster } from '../../support/redis-cluster.js';
import { kafkaOf, redisOf } from './engine-settings.js';

/** How patient the service is with each engine, as its settings say; what is not set is as it ships. */
const REDIS_COMMAND = '500ms';
const KAFKA_REQUEST = '2s';

/** Stated beside the figures of every fault. */
export const RETRIES = [
  `Redis: commands ${REDIS_COMMAND}, reads twice within it, connections again after 50 ms to 1 s`,
  `Kafka: requests ${KAFKA_REQUEST}, again after 20 ms to 1 s, a stream after 250 ms to 10 s`,
  'PostgreSQL: connections and statements 10 s, not again',
  'views: again after 250 ms to 10 s',
].join('; ');

type RedisCluster = Awaited<ReturnType<typeof startRedisCluster>>;

type Servers = {
  readonly redis: RedisCluster;
  readonly kafka: KafkaBroker;
  readonly postgres: PostgresServer;
  readonly postgresProxy: FaultProxy;
};

/** Real servers, proxies before them, an installation on them, and its service. */
export class FaultSite {
  private running: RunningService | null = null;
  private isExpected = false;
  /** How the service ended that was not told to. */
  crash: string | null = null;

  private constructor(
    readonly folder: string,
    private readonly servers: Servers,
  ) {}

  /** Six nodes of Redis, a broker and a database. Ten seconds. */
  static async open(): Promise<FaultSite> {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-faults-'));
    const redis = await startRedisCluster({ replicas: 1, proxied: true });
    const kafka = await startKafka({ proxied: true });
    const postgres = await startPostgres();
    const site = new FaultSite(folder, {
      redis,
      kafka,
      postgres,
      postgresProxy: await FaultProxy.open(postgres.port),
    });
    await site.configure();
    return site;
  }

  /** Three masters and their replicas. */
  get redis(): RedisCluster {
    return this.servers.redis;
  }

  get kafka(): KafkaBroker {
    return this.servers.kafka;
  }

  get postgres(): PostgresServer {
    return this.servers.postgres;
  }

  /** What stands before each engine. */
  get proxies(): Readonly<Record<'redis' | 'kafka' | 'postgres', readonly FaultProxy[]>> {
    return {
      redis: this.redis.proxies,
      kafka: this.kafka.proxy === null ? [] : [this.kafka.proxy],
      postgres: [this.servers.postgresProxy],
    };
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  /** Where the service listens; null while it does not run. */
  get baseUrl(): string | null {
    return this.running?.baseUrl ?? null;
  }

  /** What the service wrote last, where it runs. */
  get wrote(): string {
    return this.running?.wrote() ?? '';
  }

  /** Starts the service over the data that it left; resolves once it is healthy. */
  async start(): Promise<void> {
    const service = await startService({
      dataDir: this.dataDir,
      dataRoots: [this.folder],
      settings: { PLUMBLINE_CONFIG: this.file },
    });
    this.running = service;
    this.isExpected = false;
    void service.ended.then((how) => {
      if (!this.isExpected) this.crash = `the service ended by itself with ${how}`;
    });
  }

  /** Kills the service, as a crash does. */
  async kill(): Promise<void> {
    const service = this.running!;
    this.isExpected = true;
    this.running = null;
    process.kill(service.pid, 'SIGKILL');
    await service.ended;
  }

  /** Lets the service end; tells how it did. */
  async stop(): Promise<number | NodeJS.Signals> {
    const service = this.running!;
    this.isExpected = true;
    this.running = null;
    await service.stop();
    return service.ended;
  }

  async close(): Promise<void> {
    if (this.running !== null) await this.stop();
    await Promise.all([
      this.servers.postgresProxy.close(),
      this.redis.close(),
      this.kafka.close(),
      this.postgres.close(),
    ]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get file(): string {
    return join(this.folder, 'plumbline.yaml');
  }

  private async configure(): Promise<void> {
    const database = await this.postgres.createDatabase('faults');
    const databaseUrl = database.replace(`:${this.postgres.port}/`, `:${this.servers.postgresProxy.port}/`);
    const { brokers } = this.kafka;
    const settings = {
      ...redisOf(this.redis, 'faults', { commandTimeout: REDIS_COMMAND }),
      ...kafkaOf(brokers, 'faults', { requestTimeout: KAFKA_REQUEST }),
      stream: { kafka: { brokers, requestTimeout: KAFKA_REQUEST } },
      databaseUrl,
    };
    writeFileSync(this.file, JSON.stringify(settings));
  }
}
