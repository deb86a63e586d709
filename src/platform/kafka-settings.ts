import {
  choice,
  durationMs,
  type Given,
  refusal,
  sizeWithin,
  type TakeSetting,
  text,
  textsBetween,
  wholeNumber,
} from './setting-values.js';
import { TLS_SETTINGS, type TlsSettings, tlsSettings } from './tls-settings.js';

/** How a Kafka cluster is reached. */
export type KafkaConnection = {
  /** `host:port` of some of its brokers; they name the others. */
  readonly brokers: readonly string[];
  /** Null is plain text. */
  readonly tls: TlsSettings | null;
  readonly sasl: KafkaSasl | null;
  /** A request without an answer for so long has failed, milliseconds. */
  readonly requestTimeoutMs: number;
};

type KafkaSasl = {
  readonly mechanism: (typeof SASL_MECHANISMS)[number];
  readonly username: string;
  readonly password: string;
};

/** The log of every source as a topic of its own. */
export type KafkaLogSettings = {
  readonly connection: KafkaConnection;
  /** Topics are `<prefix>-<project>-<source>`. */
  readonly topicPrefix: string;
  /** Replicas of a topic that is made, and how many of them must have a row before it is acknowledged. */
  readonly replication: number;
  readonly minInSync: number;
  readonly compression: (typeof KAFKA_COMPRESSIONS)[number];
  /** Larger entries are cut into several messages. */
  readonly maxMessageBytes: number;
};

const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const KAFKA_COMPRESSIONS = ['zstd', 'gzip', 'none'] as const;

const CONNECTION_SETTINGS = [
  'brokers',
  'requestTimeout',
  ...TLS_SETTINGS,
  'sasl.mechanism',
  'sasl.username',
  'sasl.password',
] as const;

const LOG_SETTINGS = ['topicPrefix', 'replication', 'minInSync', 'compression', 'maxMessage'] as const;

type Place = 'log.kafka' | 'stream.kafka';

/** Names of the settings of Kafka. */
export type KafkaSetting =
  | `${Place}.${(typeof CONNECTION_SETTINGS)[number]}`
  | `log.kafka.${(typeof LOG_SETTINGS)[number]}`;

/** Every one of them. */
export const KAFKA_SETTINGS: readonly KafkaSetting[] = [
  ...CONNECTION_SETTINGS.flatMap((name): KafkaSetting[] => [`log.kafka.${name}`, `stream.kafka.${name}`]),
  ...LOG_SETTINGS.map((name): KafkaSetting => `log.kafka.${name}`),
];

/** The settings of a log on Kafka. Throws INVALID_DOCUMENT where they contradict each other. */
export function kafkaLogSettings(take: TakeSetting<KafkaSetting>): KafkaLogSettings {
  const connection = kafkaConnection(take, 'log.kafka');
  if (connection === null)
    throw refusal('log.kafka.brokers', 'is missing; name brokers as host:port, or leave log.engine out');
  const replication = take('log.kafka.replication', wholeNumber(1, 32), 3);
  const minInSync = take('log.kafka.minInSync', wholeNumber(1, 32), Math.min(2, replication));
  if (minInSync > replication)
    throw refusal('log.kafka.minInSync', `${minInSync} is more than the ${replication} replicas there are`);
  return {
    connection,
    topicPrefix: take('log.kafka.topicPrefix', topicPrefix, 'plumbline'),
    replication,
    minInSync,
    compression: take('log.kafka.compression', choice(KAFKA_COMPRESSIONS), 'zstd'),
    maxMessageBytes: take('log.kafka.maxMessage', sizeWithin(1024, MAX_MESSAGE_BYTES), 900 * 1024),
  };
}

/** How a cluster is reached; null where no brokers are named. */
export function kafkaConnection(take: TakeSetting<KafkaSetting>, place: Place): KafkaConnection | null {
  const brokers = take<readonly string[]>(`${place}.brokers`, addresses, []);
  if (brokers.length === 0) return null;
  return {
    brokers,
    tls: tlsSettings<Place>(take, place, false),
    sasl: saslOf(take, place),
    requestTimeoutMs: take(`${place}.requestTimeout`, durationMs, 10_000),
  };
}

/** Brokers refuse requests of more than 100 MiB; what is not compressed must fit too. */
const MAX_MESSAGE_BYTES = 64 * 1024 ** 2;

/** Of a topic's 249 characters two names of 63 and their signs are ours. */
const TOPIC_PREFIX = /^[A-Za-z0-9._-]{1,100}$/;

function topicPrefix(given: Given): string {
  const prefix = text(given);
  if (TOPIC_PREFIX.test(prefix)) return prefix;
  throw refusal(given.from, `"${prefix}" is no prefix; write 1 to 100 letters, digits, ".", "_" and "-"`);
}

function addresses(given: Given): readonly string[] {
  const brokers = textsBetween(',')(given).map((address) => address.trim());
  for (const address of brokers)
    if (!/^[^\s:/]+:[0-9]{1,5}$|^\[[0-9a-fA-F:]+\]:[0-9]{1,5}$/.test(address))
      throw refusal(given.from, `"${address}" is no address of a broker; write host:port`);
  return brokers;
}

function saslOf(take: TakeSetting<KafkaSetting>, place: Place): KafkaSasl | null {
  const username = take<string | null>(`${place}.sasl.username`, text, null);
  const password = take<string | null>(`${place}.sasl.password`, text, null);
  const mechanism = take<KafkaSasl['mechanism'] | null>(
    `${place}.sasl.mechanism`,
    choice(SASL_MECHANISMS),
    null,
  );
  if (username === null && password === null && mechanism === null) return null;
  if (username === null || password === null)
    throw refusal(`${place}.sasl`, 'username and password belong together; give both');
  return { mechanism: mechanism ?? 'scram-sha-512', username, password };
}
