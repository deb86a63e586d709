import { basename } from 'node:path';
import { Client } from 'pg';

/** The variable that names the PostgreSQL server of test services; without it their registries are embedded. */
export const REGISTRY_SERVER = 'TEST_REGISTRY_SERVER';

/** The database of a test service, made when its folder is new: a service that starts on the folder again finds it again. */
export async function testRegistryUrl(dataDir: string): Promise<string | null> {
  const server = process.env[REGISTRY_SERVER];
  if (server === undefined) return null;
  const name = basename(dataDir);
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
