/** How Redis is reached: one server, whichever server some sentinels name as the master, or a cluster. */
export type RedisSettings = RedisTarget & {
  readonly tls: RedisTls | null;
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

/** Files in PEM; null leaves the certificates that Node trusts, or none for the client. */
export type RedisTls = {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
};
