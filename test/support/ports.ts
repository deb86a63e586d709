import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Ports of the loopback for servers that come back on the same one. They lie below those that systems give to outgoing
 * connections, and are this process's own among all that ask here, until it ends.
 */
export async function reservePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let attempt = 0; ports.length < count; attempt++) {
    if (attempt > MAX_ATTEMPTS) throw new Error(`no ${count} free ports from ${FIRST_PORT} on`);
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (!claim(port)) continue;
    if (await isFree(port)) ports.push(port);
    else release(port);
  }
  return ports;
}

const claimed = new Set<number>();

process.once('exit', () => {
  for (const port of claimed) release(port);
});

function claim(port: number): boolean {
  mkdirSync(FOLDER, { recursive: true });
  const owner = ownerOf(port);
  if (owner !== null && isAlive(owner)) return false;
  rmSync(fileOf(port), { force: true });
  try {
    writeFileSync(fileOf(port), String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  claimed.add(port);
  return true;
}

function release(port: number): void {
  claimed.delete(port);
  rmSync(fileOf(port), { force: true });
}

/** The process that has it by its file; null where there is none. */
function ownerOf(port: number): number | null {
  try {
    return Number(readFileSync(fileOf(port), 'utf8'));
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function fileOf(port: number): string {
  return join(FOLDER, String(port));
}

const FOLDER = join(tmpdir(), 'plumbline-ports');
/** Linux gives outgoing connections ports from 32768 on. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const MAX_ATTEMPTS = 1000;
