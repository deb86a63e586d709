import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../../demo/paths.js';
import type { FeastServer } from './feast.js';

/** A server of node:http that answers everything with two bytes, in a process of its own. */
export async function startEmptyServer(): Promise<FeastServer & { readonly stop: () => Promise<void> }> {
  const script = join(ROOT, 'dist/bench/empty-server.js');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return { host: '127.0.0.1', port: Number(line.toString()), pid: child.pid!, base: '', stop };
}
