import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { PlumblineError } from '../../definition/error.js';

/** How much of the machine DuckDB may take. */
export type DuckdbLimits = { readonly memoryLimit: string; readonly threads: number };

/** A DuckDB database that hands out a connection for each piece of work and closes them all. */
export class DuckdbDatabase {
  private constructor(private readonly instance: DuckDBInstance) {}

  /** Opens a database file, or an empty database in memory. */
  static async open(path: string, limits: DuckdbLimits): Promise<DuckdbDatabase> {
    const instance = await DuckDBInstance.create(path, {
      memory_limit: limits.memoryLimit,
      threads: String(limits.threads),
      // What was freed goes back to the system also while nothing is asked: it would stay with threads that wait.
      allocator_background_threads: 'true',
      // Nothing is ever fetched: what is needed is linked in.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      // It takes two expressions for one where they differ by 0.0 and -0.0 (S2).
      disabled_optimizers: 'common_subexpressions',
    });
    return new DuckdbDatabase(instance);
  }

  /** Runs work on a connection of its own, whose temporary tables vanish with it. */
  async session<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  }

  /** A connection that the caller closes with `closeSync`. */
  async connect(): Promise<DuckDBConnection> {
    const connection = await this.instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    // Its ASOF join of small frames groups by their columns, and -0.0 in a list becomes 0.0 there (S2).
    await connection.run('SET asof_loop_join_threshold = 0');
    return connection;
  }

  close(): void {
    this.instance.closeSync();
  }
}

/** The rows of a small result. */
export async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
): Promise<readonly (readonly unknown[])[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowsJS();
}

/** Leaves the rows of a SELECT in a temporary table, in place of what had that name; `table` is quoted. */
export async function fillTable(connection: DuckDBConnection, table: string, sql: string): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${table} AS ${sql}`);
}

/** Text as an SQL string literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The error for work that DuckDB's memory was too small for; any other cause as it is. */
export function outOfMemory(cause: unknown): unknown {
  if (!(cause instanceof Error) || !/Out of Memory/i.test(cause.message)) return cause;
  const message =
    'history has too little memory for this beside what else is read now; try again later, ask for fewer rows or features, or let the operator raise duckdb.memoryLimit';
  return new PlumblineError('UNAVAILABLE', message);
}

/** DuckDB's words about a file that it cannot read, as an error of the caller's. */
export function unreadable(
  path: string,
  error: unknown,
  code: 'INVALID_FILE' | 'INVALID_FRAME',
): PlumblineError {
  if (error instanceof PlumblineError) return error;
  const cause = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
  const remedy = 'write it anew, or name the right format';
  return new PlumblineError(code, `cannot be read: ${cause.replaceAll(path, 'the file')}; ${remedy}`, {
    path: 'file',
  });
}
