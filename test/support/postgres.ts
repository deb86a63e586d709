import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { requireCounterpart } from '../counterparts/counterpart.js';
import { POSTGRES, postgresPrograms } from '../counterparts/postgres.js';
import { makeCertificates } from './certificates.js';
import { reservePorts } from './ports.js';
import { type ServerControl, ServerProcess } from './server-process.js';
import { temporaryFolder } from './temporary-folder.js';

/** A PostgreSQL server for one test file. */
export type PostgresServer = ServerControl & {
  readonly port: number;
  /** Of its first database; the user may do everything. TLS is offered and not asked for. */
  readonly url: string;
  /** Of the authority that signed the server's certificate. */
  readonly caFile: string;
  /** Makes an empty database; answers its address. */
  createDatabase(name: string): Promise<string>;
};

/** A server of its own, which asks for a password. Two seconds. */
export async function startPostgres(): Promise<PostgresServer> {
  requireCounterpart(POSTGRES);
  const [port] = await reservePorts(1);
  const account = serverAccount();
  const folder = temporaryFolder('postgres');
  if (account !== null) chownSync(folder, account.uid, account.gid);
  const { caFile } = prepare(folder, account);
  const url = urlOf(port!, 'postgres');
  const server = new ServerProcess({
    name: POSTGRES.name,
    file: join(postgresPrograms()!, 'postgres'),
    args: ['-D', join(folder, 'data'), ...settingsFor(port!, folder)],
    folder,
    ...(account !== null && { account }),
    // It would wait for its clients to go.
    stopSignal: 'SIGINT',
    probe: () => queryOnce(url, 'SELECT 1'),
  });
  await server.start();
  const createDatabase = async (name: string): Promise<string> => {
    await queryOnce(url, `CREATE DATABASE "${name}"`);
    return urlOf(port!, name);
  };
  return Object.assign(server, { port: port!, url, caFile, createDatabase });
}

type Account = { readonly uid: number; readonly gid: number };

/** PostgreSQL refuses to run as root; Debian's package brings its own account. */
function serverAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Makes the data folder, the password and the certificates. */
function prepare(folder: string, account: Account | null): { readonly caFile: string } {
  const password = join(folder, 'password');
  writeFileSync(password, PASSWORD);
  const certificates = makeCertificates(folder);
  if (account !== null)
    for (const file of [password, certificates.keyFile]) chownSync(file, account.uid, account.gid);
  chmodSync(certificates.keyFile, 0o600);
  const encoding = ['-E', 'UTF8', '--locale=C.UTF-8'];
  execFileSync(
    join(postgresPrograms()!, 'initdb'),
    [
      '-D',
      join(folder, 'data'),
      '-U',
      USER,
      '-A',
      'scram-sha-256',
      `--pwfile=${password}`,
      ...encoding,
      '--no-sync',
    ],
    { ...account, cwd: folder, stdio: 'pipe' },
  );
  return certificates;
}

function settingsFor(port: number, folder: string): readonly string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    ssl: 'on',
    ssl_cert_file: join(folder, 'server.pem'),
    ssl_key_file: join(folder, 'server.key'),
    // The machine does not go down in a test.
    fsync: 'off',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function urlOf(port: number, database: string): string {
  return `postgres://${USER}:${PASSWORD}@127.0.0.1:${port}/${database}`;
}

async function queryOnce(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end();
  }
}

const USER = 'plumbline';
const PASSWORD = 'plumbline-secret';
