import type { DatabaseConnection } from '../database.js';

/** The registry in a PostgreSQL server, version 15 or later. */
export function postgresConnection(url: string): DatabaseConnection {
  return { url };
}
