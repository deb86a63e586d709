import {
  durationMs,
  type Given,
  refusal,
  type TakeSetting,
  text,
  textsBetween,
  wholeNumber,
} from './setting-values.js';
import { TLS_SETTINGS, type TlsSettings, tlsSettings } from './tls-settings.js';

/** How Redis is reached: one server, whichever server some sentinels name as the master, or a cluster. */
export type RedisSettings = RedisTarget & {
  /** Null is plain text. */
  readonly tls: TlsSettings | null;
  readonly username: string | null;
  readonly password: string | null;
  /** In front of every key, so that several installations can share a Redis. */
  readonly keyPrefix: string;
  /** How long a command may take, connecting again included. */
  readonly commandTimeoutMs: number;
  /** Parts that keys are spread over, for ever; null: 1, and 256 in a cluster. */
  readonly buckets: number | null;
};

type RedisTarget =
  | { readonly kind: 'single'; readonly address: RedisAddress; readonly database: number }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisAddress[];
      /** What the sentinels call the master. */
      readonly master: string;
      readonly database: number;
      /** Of the sentinels themselves. */
      readonly sentinelUsername: string | null;
      readonly sentinelPassword: string | null;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisAddress[] };

type RedisAddress = { readonly host: string; readonly port: number };

const PLACE = 'online.redis';

const NAMES = [
  'url',
  'nodes',
  'sentinels',
  'master',
  'sentinelUsername',
  'sentinelPassword',
  'database',
  'username',
  'password',
  'keyPrefix',
  'commandTimeout',
  'buckets',
  ...TLS_SETTINGS,
] as const;

/** Names of the settings of Redis. */
export type RedisSetting = `${typeof PLACE}.${(typeof NAMES)[number]}`;

/** Every one of them. */
export const REDIS_SETTINGS: readonly RedisSetting[] = NAMES.map((name): RedisSetting => `${PLACE}.${name}`);

/** The settings of online state on Redis. Throws INVALID_DOCUMENT where they contradict each other. */
export function redisSettings(take: TakeSetting<RedisSetting>): RedisSettings {
  const url = take<URL | null>('online.redis.url', redisUrl, null);
  const inUrl = (part: string | undefined): string | null => (part ? decodeURIComponent(part) : null);
  return {
    ...targetOf(take, url),
    tls: tlsSettings(take, PLACE, url?.protocol === 'rediss:'),
    username: take<string | null>('online.redis.username', text, inUrl(url?.username)),
    password: take<string | null>('online.redis.password', text, inUrl(url?.password)),
    keyPrefix: take('online.redis.keyPrefix', keyPrefix, 'plumbline'),
    commandTimeoutMs: take('online.redis.commandTimeout', durationMs, 500),
    buckets: take<number | null>('online.redis.buckets', wholeNumber(1, MOST_BUCKETS), null),
  };
}

/** Slots of a cluster: more buckets than that share them. */
const MOST_BUCKETS = 16_384;

/** Databases of a server as it ships are 16; an operator may have more. */
const MOST_DATABASES = 1_024;

const REDIS_PORT = 6_379;
const SENTINEL_PORT = 26_379;

function targetOf(take: TakeSetting<RedisSetting>, url: URL | null): RedisTarget {
  const nodes = take('online.redis.nodes', addresses(REDIS_PORT), []);
  const sentinels = take('online.redis.sentinels', addresses(SENTINEL_PORT), []);
  if ([url !== null, nodes.length > 0, sentinels.length > 0].filter((isGiven) => isGiven).length !== 1) {
    const message =
      'give one of url (one server), nodes (some of a cluster) and sentinels (with the name of their master)';
    throw refusal(PLACE, message);
  }
  if (nodes.length > 0) return { kind: 'cluster', nodes };
  const inUrl = url === null || url.pathname.length <= 1 ? 0 : Number(url.pathname.slice(1));
  const database = take('online.redis.database', wholeNumber(0, MOST_DATABASES), inUrl);
  if (url !== null) {
    const host = url.hostname.replaceAll(/^\[|\]$/g, '');
    return { kind: 'single', address: { host, port: Number(url.port || REDIS_PORT) }, database };
  }
  const master = take<string | null>('online.redis.master', text, null);
  if (master === null) throw refusal('online.redis.master', 'is missing; give the name that sentinels have');
  return {
    kind: 'sentinel',
    sentinels,
    master,
    database,
    sentinelUsername: take<string | null>('online.redis.sentinelUsername', text, null),
    sentinelPassword: take<string | null>('online.redis.sentinelPassword', text, null),
  };
}

function redisUrl(given: Given): URL {
  const address = text(given);
  const remedy = 'is no address of Redis; write redis://user:password@host:6379/0, or rediss:// for TLS';
  if (!URL.canParse(address)) throw refusal(given.from, remedy);
  const url = new URL(address);
  const isKnown = url.protocol === 'redis:' || url.protocol === 'rediss:';
  if (isKnown && url.hostname !== '' && /^\/?[0-9]{0,4}$/.test(url.pathname)) return url;
  throw refusal(given.from, remedy);
}

function addresses(port: number): (given: Given) => readonly RedisAddress[] {
  return (given) =>
    textsBetween(',')(given).map((address) => {
      const [, host, own] = /^(\[[0-9a-fA-F:]+\]|[^\s:/]+)(?::([0-9]{1,5}))?$/.exec(address.trim()) ?? [];
      if (host === undefined) throw refusal(given.from, `"${address}" is no address; write host:port`);
      return { host: host.replaceAll(/^\[|\]$/g, ''), port: Number(own ?? port) };
    });
}

/** Braces would say which part of a key makes its slot, see Redis on hash tags. */
function keyPrefix(given: Given): string {
  const prefix = text(given);
  if (/^[A-Za-z0-9._:/-]{1,100}$/.test(prefix)) return prefix;
  throw refusal(given.from, `"${prefix}" is no prefix; write 1 to 100 letters, digits and . _ : / -`);
}
