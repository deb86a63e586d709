import {
  DataSource,
  type DataSourceOptions,
  type EntityManager,
  MigrationExecutor,
  QueryFailedError,
} from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { Registry1732147200000 } from '../../migrations/0001-registry.js';
import { Operations1732233600000 } from '../../migrations/0002-operations.js';
import { Processes1732320000000 } from '../../migrations/0003-processes.js';
import { HeldRows1732406400000 } from '../../migrations/0004-held-rows.js';
import { PlumblineError } from '../definition/error.js';
import {
  ActivationRow,
  CatalogChangeRow,
  DocumentVersion,
  JobRow,
  LastVersionRow,
  ModelVersionRow,
  QuarantinedRow,
  ServiceProcessRow,
  SourceLeaseRow,
  TrainingSetRow,
} from './tables.js';

/** How an adapter reaches its database: by a driver that looks like `pg`, at an address where there is one. */
export type DatabaseConnection = Pick<PostgresDataSourceOptions, 'url' | 'poolSize' | 'driver'>;

/** Deadline of a new connection and of one statement, milliseconds: the registry answers in a few. */
export const DEADLINE_MS = 10_000;

/** The oldest that everything here was run on. */
const LEAST_MAJOR = 15;

/** Keys of PostgreSQL advisory locks: migrations, and whatever must see and change a registry alone. */
const MIGRATION_LOCK = 7_311_001;
const WRITE_LOCK = 7_311_002;

/** The registry's tables behind a connection, the same on every engine. */
export function databaseOptions(connection: DatabaseConnection): DataSourceOptions {
  return {
    type: 'postgres',
    ...connection,
    entities: [
      DocumentVersion,
      LastVersionRow,
      TrainingSetRow,
      ModelVersionRow,
      ActivationRow,
      JobRow,
      QuarantinedRow,
      ServiceProcessRow,
      SourceLeaseRow,
      CatalogChangeRow,
    ],
    migrations: [
      Registry1732147200000,
      Operations1732233600000,
      Processes1732320000000,
      HeldRows1732406400000,
    ],
    migrationsTableName: 'migration',
    // Both would need rights, or files, that the embedded engine does not have; no table uses either.
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    connectTimeoutMS: DEADLINE_MS,
    extra: { statement_timeout: DEADLINE_MS },
    logging: false,
  };
}

/** Connects and brings the tables up to date; processes that start together do so one after the other. */
export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  const database = await new DataSource(options).initialize();
  try {
    await migrate(database);
  } catch (error) {
    await database.destroy();
    throw error;
  }
  return database;
}

async function migrate(database: DataSource): Promise<void> {
  const queries = database.createQueryRunner();
  try {
    const [setting]: readonly { readonly server_version_num: string }[] =
      await queries.query('SHOW server_version_num');
    requireVersion(Number(setting!.server_version_num));
    await queries.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    await new MigrationExecutor(database, queries).executePendingMigrations();
    await queries.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
  } finally {
    await queries.release();
  }
}

/** Throws UNAVAILABLE for a PostgreSQL that is older than 15; `version` is its `server_version_num`. */
export function requireVersion(version: number): void {
  const major = Math.floor(version / 10_000);
  if (major >= LEAST_MAJOR) return;
  throw new PlumblineError(
    'UNAVAILABLE',
    `databaseUrl names PostgreSQL ${major}; version ${LEAST_MAJOR} or later is needed`,
  );
}

/** Runs `work` in one transaction while nobody else changes the registry, in this process or another. */
export async function exclusively<T>(
  database: DataSource,
  work: (transaction: EntityManager) => Promise<T>,
): Promise<T> {
  return database.transaction(async (transaction) => {
    await transaction.query(`SELECT pg_advisory_xact_lock(${WRITE_LOCK})`);
    return work(transaction);
  });
}

/** The error of PostgreSQL for a second row with the same key. */
const UNIQUE_VIOLATION = '23505';

/** Runs a write; a row that is there already is CONFLICT with `message`. */
export async function orConflict<T>(write: Promise<T>, message: string): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (isUniqueViolation(error)) throw new PlumblineError('CONFLICT', message);
    throw error;
  }
}

/** Whether a write failed because of a unique index. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof QueryFailedError && codeOf(error.driverError) === UNIQUE_VIOLATION;
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined;
}
