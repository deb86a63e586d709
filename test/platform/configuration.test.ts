import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../../src/platform/configuration.js';
import { temporaryFolder } from '../support/temporary-folder.js';

function inFolder(file: string | null): string {
  const folder = temporaryFolder('configuration');
  if (file !== null) writeFileSync(join(folder, 'plumbline.yaml'), file);
  return folder;
}

describe('configuration', () => {
  it('binds the loopback and keeps its data in ./data when nothing is said', () => {
    const folder = inFolder(null);
    expect(loadConfiguration({ HOME: '/root' }, folder)).toMatchObject({
      host: '127.0.0.1',
      port: 3400,
      dataDir: join(folder, 'data'),
      dataRoots: [join(folder, 'demo'), join(folder, 'data', 'uploads')],
      maxBodyBytes: 512 * 1024 ** 2,
      maxSkewUs: 1_000_000n,
      databaseUrl: null,
      databasePoolSize: 10,
      logLevel: 'info',
      answerLog: { share: 0.01, maxBytes: 256 * 1024 ** 2, maxAgeUs: 604_800_000_000n },
      auditEveryUs: 86_400_000_000n,
      feastProject: null,
    });
  });

  it('reads one file, and variables over it', () => {
    const folder = inFolder(
      'port: 4000\nmaxSkew: 5s\ndataRoots: [a, /b]\nduckdb:\n  memoryLimit: 2GiB\n  threads: 3\nanswerLog: { share: 0.5 }\n',
    );
    const environment = {
      PLUMBLINE_PORT: '0',
      PLUMBLINE_MAX_BODY: '1MiB',
      PLUMBLINE_DUCKDB_THREADS: '4',
      PLUMBLINE_ANSWER_LOG_MAX_AGE: '2h',
      PLUMBLINE_AUDIT_EVERY: 'never',
      PLUMBLINE_FEAST_PROJECT: 'shop',
    };
    expect(loadConfiguration(environment, folder)).toMatchObject({
      port: 0,
      maxSkewUs: 5_000_000n,
      maxBodyBytes: 1024 ** 2,
      dataRoots: [join(folder, 'a'), '/b'],
      duckdb: { memoryLimit: '2GiB', threads: 4 },
      answerLog: { share: 0.5, maxAgeUs: 7_200_000_000n },
      auditEveryUs: null,
      feastProject: 'shop',
    });
  });

  it('moves the log to Kafka, and names the cluster whose topics are streams', () => {
    const folder = inFolder(
      'log:\n  engine: kafka\n  kafka:\n    brokers: [a:9092, "[::1]:9093"]\n    replication: 1\n    sasl: { username: u, password: p }\n',
    );
    writeFileSync(join(folder, 'ca.pem'), 'PEM');
    const environment = {
      PLUMBLINE_LOG_KAFKA_COMPRESSION: 'gzip',
      PLUMBLINE_LOG_KAFKA_TLS_CA: join(folder, 'ca.pem'),
      PLUMBLINE_STREAM_KAFKA_BROKERS: 'b:1, c:2',
      PLUMBLINE_STREAM_KAFKA_REQUEST_TIMEOUT: '2s',
    };
    const { log, stream } = loadConfiguration(environment, folder);
    expect(log).toEqual({
      engine: 'kafka',
      kafka: {
        connection: {
          brokers: ['a:9092', '[::1]:9093'],
          tls: { ca: 'PEM' },
          sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
          requestTimeoutMs: 10_000,
        },
        topicPrefix: 'plumbline',
        replication: 1,
        minInSync: 1,
        compression: 'gzip',
        maxMessageBytes: 900 * 1024,
      },
    });
    expect(stream).toEqual({ brokers: ['b:1', 'c:2'], tls: null, sasl: null, requestTimeoutMs: 2_000 });
  });

  it.each([
    [
      'one server',
      'url: "rediss://u:p%40@cache:6380/2", buckets: 4',
      {
        kind: 'single',
        address: { host: 'cache', port: 6380 },
        database: 2,
        tls: {},
        username: 'u',
        password: 'p@',
        buckets: 4,
      },
    ],
    [
      'a cluster',
      'nodes: [a, "b:7000", "[::1]:7001"], tls: { ca: ca.pem }, commandTimeout: 50ms, keyPrefix: one',
      {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 7000 },
          { host: '::1', port: 7001 },
        ],
        tls: { ca: 'PEM' },
        commandTimeoutMs: 50,
        keyPrefix: 'one',
        buckets: null,
      },
    ],
    [
      'sentinels',
      'sentinels: [s], master: main, database: 1, sentinelPassword: x',
      {
        kind: 'sentinel',
        sentinels: [{ host: 's', port: 26379 }],
        master: 'main',
        database: 1,
        sentinelPassword: 'x',
        tls: null,
      },
    ],
  ])('takes online state to Redis: %s', (_, redis, wanted) => {
    const folder = inFolder(null);
    writeFileSync(join(folder, 'ca.pem'), 'PEM');
    const settings = redis.replace('ca.pem', join(folder, 'ca.pem'));
    writeFileSync(join(folder, 'plumbline.yaml'), `online: { engine: redis, redis: { ${settings} } }`);
    expect(loadConfiguration({}, folder).online).toMatchObject({ engine: 'redis', redis: wanted });
  });

  it.each([
    ['an unknown setting', 'prot: 1', {}, 'unknown setting "prot"; did you mean "port"?'],
    ['an unknown inner setting', 'duckdb: { thread: 1 }', {}, 'did you mean "duckdb.threads"?'],
    ['an unknown variable', null, { PLUMBLINE_PROT: '1' }, 'did you mean "PLUMBLINE_PORT"?'],
    ['a log without brokers', 'log: { engine: kafka }', {}, 'log.kafka.brokers: is missing'],
    ['an unknown engine', 'log: { engine: files }', {}, '"files" is none of embedded, kafka'],
    ['a URL as a broker', 'stream: { kafka: { brokers: [kafka://a:1] } }', {}, 'is no address of a broker'],
    ['half an account', 'stream: { kafka: { brokers: [a:1], sasl: { username: u } } }', {}, 'give both'],
    ['no such certificate', 'stream: { kafka: { brokers: [a:1], tls: { ca: no.pem } } }', {}, 'ENOENT'],
    [
      'more replicas in sync than there are',
      'log: { engine: kafka, kafka: { brokers: [a:1], replication: 1, minInSync: 2 } }',
      {},
      '2 is more than the 1 replicas',
    ],
    ['a Redis that is nowhere', 'online: { engine: redis }', {}, 'give one of url'],
    ['another server', 'online: { engine: redis, redis: { url: "http://a" } }', {}, 'redis://'],
    [
      'two servers',
      'online: { engine: redis, redis: { url: "redis://a", nodes: [b] } }',
      {},
      'give one of url',
    ],
    [
      'a master without a name',
      'online: { engine: redis, redis: { sentinels: [a] } }',
      {},
      'online.redis.master',
    ],
    [
      'a prefix with a brace',
      'online: { engine: redis, redis: { url: "redis://a", keyPrefix: "{a" } }',
      {},
      'is no prefix',
    ],
    ['a bad port', 'port: 65536', {}, '65536 is no whole number from 0 to 65535'],
    ['a bad variable', null, { PLUMBLINE_PORT: 'http' }, 'PLUMBLINE_PORT: http is no whole number'],
    ['a bad size', 'maxBody: 5 MB', {}, 'is no size'],
    ['a bad duration', 'maxSkew: 5', {}, '5 is no text'],
    ['a bad share', 'answerLog: { share: 1.5 }', {}, '1.5 is no share'],
    ['a hasty schedule', 'audit: { every: 1s }', {}, 'shorter than 1m'],
    ['a project without a name', 'feast: { project: a-b }', {}, 'is no name of a project'],
    ['a bad level', 'logLevel: loud', {}, 'unknown setting "loud"'],
    ['another database', 'databaseUrl: mysql://x', {}, 'postgres://'],
    ['a pool of nothing', 'databasePoolSize: 0', {}, '0 is no whole number from 1 to 1000'],
    ['a list', '- port', {}, 'name: value'],
    ['broken YAML', 'port: [', {}, 'plumbline.yaml'],
    ['a file that is not there', null, { PLUMBLINE_CONFIG: 'x.yaml' }, 'there is no file'],
  ])('refuses %s', (_, file, environment, message) => {
    expect(() => loadConfiguration(environment, inFolder(file))).toThrow(message);
  });
});
