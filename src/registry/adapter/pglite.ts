import { EventEmitter } from 'node:events';
import { PGlite, types } from '@electric-sql/pglite';
import type { DatabaseConnection } from '../database.js';
import { syncerOf } from './sync-files.js';

/** The registry in PGlite, PostgreSQL inside this process, with its files in `dataDir`; null keeps it in memory. */
export function pgliteConnection(dataDir: string | null): DatabaseConnection {
  const sync = dataDir === null ? async () => undefined : syncerOf(dataDir);
  return { driver: pgliteDriver({ open: () => openPglite(dataDir), sync }) };
}

type Engine = {
  readonly open: () => Promise<PGlite>;
  /** Makes what is committed outlive a power failure. */
  readonly sync: () => Promise<void>;
};

function openPglite(dataDir: string | null): Promise<PGlite> {
  return PGlite.create({ ...(dataDir !== null && { dataDir }), parsers: PG_PARSERS });
}

/** Values as `pg` gives them, which is what TypeORM expects. */
const PG_PARSERS = {
  [types.INT8]: (text: string) => text,
  [types.NUMERIC]: (text: string) => text,
};

/** The part of `pg` that TypeORM's PostgreSQL driver uses, over one PGlite. */
function pgliteDriver(engine: Engine): { readonly Pool: unknown; readonly native: undefined } {
  class Pool extends PglitePool {
    constructor() {
      super(engine);
    }
  }
  return { Pool, native: undefined };
}

type ConnectCallback = (error: Error | undefined, client?: PgliteClient, release?: () => void) => void;
type QueryCallback = (error: Error | null, result?: QueryResult) => void;
type QueryResult = { readonly rows: unknown[]; readonly rowCount: number; readonly command: string };

/** PGlite has one session, so it is handed out to one client at a time: transactions cannot interleave. */
class PglitePool extends EventEmitter {
  private database: Promise<PGlite> | null = null;
  private free: Promise<void> = Promise.resolve();

  constructor(private readonly engine: Engine) {
    super();
  }

  connect(callback: ConnectCallback): void {
    const before = this.free;
    const { promise, resolve: release } = Promise.withResolvers<void>();
    this.free = promise;
    const connected = before.then(() => {
      this.database ??= this.engine.open();
      return this.database;
    });
    connected.then(
      (database) => callback(undefined, new PgliteClient(database, this.engine.sync), release),
      (error: Error) => {
        release();
        callback(error);
      },
    );
  }

  end(callback: (error?: Error) => void): void {
    const closed = this.free.then(async () => (await this.database)?.close());
    closed.then(() => callback(), callback);
  }
}

/** Statements after which nothing new is committed. */
const READS = new Set(['SELECT', 'SHOW', 'START', 'BEGIN', 'ROLLBACK']);

class PgliteClient extends EventEmitter {
  private inTransaction = false;

  constructor(
    private readonly database: PGlite,
    private readonly sync: () => Promise<void>,
  ) {
    super();
  }

  query(sql: string, second?: readonly unknown[] | QueryCallback, third?: QueryCallback): unknown {
    const callback = typeof second === 'function' ? second : third;
    const parameters = typeof second === 'function' ? [] : (second ?? []);
    const result = this.run(sql, parameters);
    if (callback === undefined) return result;
    result.then(
      (rows) => callback(null, rows),
      (error: Error) => callback(error),
    );
    return undefined;
  }

  private async run(sql: string, parameters: readonly unknown[]): Promise<QueryResult> {
    const values = parameters.map((value) => (value instanceof Date ? value.toISOString() : value));
    // Only a statement without parameters may hold several, as migrations do.
    const result =
      values.length > 0 ? await this.database.query(sql, values) : (await this.database.exec(sql)).at(-1);
    const command = sql.trimStart().split(/\s/, 1)[0]!.toUpperCase();
    await this.syncAfter(command);
    const rows = result?.rows ?? [];
    return { rows, rowCount: result?.affectedRows || rows.length, command };
  }

  private async syncAfter(command: string): Promise<void> {
    if (command === 'START' || command === 'BEGIN') this.inTransaction = true;
    if (command === 'COMMIT' || command === 'ROLLBACK') this.inTransaction = false;
    if (!this.inTransaction && !READS.has(command)) await this.sync();
  }
}
