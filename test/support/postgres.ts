import { execFileSync } from 'node:child_process';
import { chownSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server for one test file. */
export type PostgresServer = { readonly url: string; stop(): void };

/**
 * The server that DATABASE_URL names, else a private one on the loopback where Debian's binaries are installed; null
 * where there is neither.
 */
export async function startPostgres(): Promise<PostgresServer | null> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined) return { url: given, stop: () => undefined };
  const bin = globSync('/usr/lib/postgresql/*/bin').sort().at(-1);
  const account = serverAccount();
  if (bin === undefined || account === null) return null;
  return startPrivate(bin, account, await freePort());
}

type Account = { readonly uid: number; readonly gid: number } | Record<string, never>;

/** PostgreSQL refuses to run as root; Debian's package brings its own account. */
function serverAccount(): Account | null {
  if (process.getuid?.() !== 0) return {};
  try {
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return null;
  }
}

function startPrivate(bin: string, account: Account, port: number): PostgresServer {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-postgres-'));
  if ('uid' in account) chownSync(folder, account.uid!, account.gid!);
  const run = (program: string, args: readonly string[]): void => {
    execFileSync(join(bin, program), args, { ...account, cwd: folder, stdio: 'ignore' });
  };
  const data = join(folder, 'data');
  run('initdb', [
    '-D',
    data,
    '-U',
    'plumbline',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ]);
  const options = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=${folder} -c fsync=off`;
  run('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start']);
  return {
    url: `postgres://plumbline@127.0.0.1:${port}/postgres`,
    stop: () => {
      run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
