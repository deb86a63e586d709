import { EventEmitter } from 'node:events';
import { Client, DatabaseError, Pool, type PoolClient, type PoolConfig } from 'pg';
import { PlumblineError } from '../../definition/error.js';
import { type DatabaseConnection, DEADLINE_MS } from '../database.js';

/**
 * The registry in a PostgreSQL server, version 15 or later, over at most `poolSize` connections. The address may hold
 * what `pg` reads there, such as `?sslmode=verify-full&sslrootcert=FILE`. Where the server is away, restarts or hangs,
 * statements fail with UNAVAILABLE, and succeed again once it is back.
 */
export function postgresConnection(url: string, poolSize: number): DatabaseConnection {
  requireReadable(url);
  const place = placeIn(url);
  class PlacedPool extends PostgresPool {
    constructor(config: PoolConfig) {
      super(config, place);
    }
  }
  return { url, poolSize, driver: { Pool: PlacedPool, native: undefined } };
}

/** Throws INVALID_DOCUMENT where the address, or a file that it names, cannot be read; reading it connects to nothing. */
function requireReadable(url: string): void {
  try {
    new Client({ connectionString: url });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlumblineError('INVALID_DOCUMENT', `databaseUrl: ${reason}`, { path: 'databaseUrl' });
  }
}

/** Host, port and database: what may be told of an address that holds a password. */
function placeIn(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port === '' ? 5432 : port}${pathname}`;
}

type ConnectCallback = (error: Error | undefined, session?: PostgresSession, release?: () => void) => void;

/** The part of `pg`'s pool that TypeORM uses, with errors that say which server and what to do. */
class PostgresPool extends EventEmitter {
  private readonly pool: Pool;

  constructor(
    config: PoolConfig,
    private readonly place: string,
  ) {
    super();
    // The server ends statements that take too long; a server that hangs, or is cut off, ends nothing.
    const deadlines = { query_timeout: DEADLINE_MS + GRACE_MS, keepAlive: true };
    this.pool = new Pool({ ...config, ...deadlines });
    // A connection that idles and is lost is replaced when one is needed.
    this.pool.on('error', () => undefined);
  }

  connect(callback: ConnectCallback): void {
    this.pool.connect().then(
      (client) => {
        const session = new PostgresSession(client, this.place);
        callback(undefined, session, () => session.release());
      },
      (error: Error) => callback(toldOf(error, this.place)),
    );
  }

  end(callback: (error?: Error) => void): void {
    this.pool.end().then(() => callback(), callback);
  }
}

/**
 * One connection, from the pool and back. TypeORM listens to none of its errors (there are no others in this emitter): it
 * would refuse the statement after one as its own mistake, where the statement's own failure says what happened.
 */
class PostgresSession extends EventEmitter {
  private lost: Error | undefined;

  private readonly lose = (error: Error): void => {
    this.lost = error;
  };

  constructor(
    private readonly client: PoolClient,
    private readonly place: string,
  ) {
    super();
    client.on('error', this.lose);
  }

  async query(sql: string, parameters?: unknown[]): Promise<unknown> {
    if (this.lost !== undefined) throw toldOf(this.lost, this.place);
    try {
      return await this.client.query(sql, parameters);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // A connection that answers no more may hold a transaction and its locks: nobody gets it after this.
      if (!(error instanceof DatabaseError)) this.lose(error);
      throw toldOf(error, this.place);
    }
  }

  release(): void {
    this.client.removeListener('error', this.lose);
    this.client.release(this.lost);
  }
}

/** UNAVAILABLE for what is not the statement's fault: a lost connection, or a server that takes none now. */
function toldOf(error: Error, place: string): Error {
  const code = 'code' in error ? String(error.code) : '';
  if (error instanceof DatabaseError) {
    const remedy = REMEDIES[code] ?? REMEDIES[code.slice(0, 2)];
    return remedy === undefined ? error : unavailable(place, error.message, remedy);
  }
  // Such as a value that cannot be sent.
  if (error instanceof TypeError || error instanceof RangeError) return error;
  return unavailable(place, error.message || code, 'see that it runs there, and that databaseUrl names it');
}

function unavailable(place: string, what: string, remedy: string): PlumblineError {
  return new PlumblineError('UNAVAILABLE', `PostgreSQL at ${place}: ${what}; ${remedy}`);
}

/** What to do, by code or class of codes (PostgreSQL's documentation, appendix A). */
const REMEDIES: Readonly<Record<string, string>> = {
  '08': 'try again',
  '25006': 'databaseUrl names a server that is not the primary',
  '28': 'mend user and password in databaseUrl',
  '3D': 'create the database, or mend its name in databaseUrl',
  '53': 'give it more of what it lacks, or lower databasePoolSize where that is connections',
  '57': 'try again',
};

/** The server's own deadline comes first and says more. */
const GRACE_MS = 2_000;
