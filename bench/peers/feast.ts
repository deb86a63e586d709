import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../demo/paths.js';
import { feastPython } from '../../test/counterparts/feast.js';
import { runTool } from '../../test/counterparts/tool.js';
import { LineProtocol } from '../../test/support/line-protocol.js';
import { reservePorts } from '../../test/support/ports.js';

/** A repository of Feast in a folder, its views applied; its data files are in `data` below it. */
export type FeastRepository = { readonly folder: string; readonly redisPort: number };

/** A server of Feast's wire format, ours or Feast's own. */
export type FeastServer = {
  readonly host: string;
  readonly port: number;
  /** The process, whose children count as well. */
  readonly pid: number;
  /** Where its routes begin. */
  readonly base: string;
};

/** Makes the repository and its registry; the data files must be there. */
export async function feastRepository(folder: string, redisPort: number): Promise<FeastRepository> {
  await mkdir(folder, { recursive: true });
  for (const file of ['feature_store.yaml', 'definitions.py'])
    await copyFile(join(ROOT, 'bench/peers/feast', file), join(folder, file));
  const repository = { folder, redisPort };
  await runTool(feastPython(), [...FEAST, 'apply'], { cwd: folder, env: environmentOf(repository) });
  return repository;
}

/** What one pass over the whole file took. */
export type Materialised = {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMiB: number;
};

/** A process of Feast that puts what is in the file online, each time that it is asked. */
export function feastMaterialiser({ folder, redisPort }: FeastRepository): {
  readonly run: () => Promise<Materialised>;
  readonly close: () => Promise<void>;
} {
  const script = join(ROOT, 'bench/peers/feast/materialise.py');
  const command = [
    'env',
    ['-C', folder, `REDIS_PORT=${redisPort}`, ...QUIET, feastPython(), script],
  ] as const;
  const program = new LineProtocol({ name: 'Feast', command, deadlineMs: MATERIALISE_DEADLINE_MS });
  return { run: async () => (await program.ask({})) as Materialised, close: () => program.close() };
}

/** Feast's feature server as it serves best: one worker, no log of accesses, never begun anew. */
export async function startFeast(
  repository: FeastRepository,
): Promise<FeastServer & { readonly stop: () => Promise<void> }> {
  const [port] = await reservePorts(1);
  const args = [...FEAST, 'serve', '-h', '127.0.0.1', '-p', String(port), '--no-access-log'];
  const child = spawn(feastPython(), [...args, '--max-requests', '0'], {
    cwd: repository.folder,
    env: { ...process.env, ...environmentOf(repository) },
    stdio: 'ignore',
  });
  const server = { host: '127.0.0.1', port: port!, pid: child.pid!, base: '', stop: () => stop(child) };
  try {
    await untilHealthy(child, `http://127.0.0.1:${port}/health`);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** Its command line, without the script of a virtual environment, which holds the path at which that was made. */
const FEAST = ['-c', 'from feast.cli.cli import cli; cli()'];

const QUIET = ['FEAST_USAGE=False', 'PYTHONWARNINGS=ignore'];

function environmentOf({ redisPort }: FeastRepository): Readonly<Record<string, string>> {
  return { FEAST_USAGE: 'False', REDIS_PORT: String(redisPort) };
}

async function untilHealthy(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + START_DEADLINE_MS;
  for (;;) {
    const isHealthy = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isHealthy) return;
    if (child.exitCode !== null || performance.now() > deadline) throw new Error('Feast did not start');
    await sleep(100);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await ended;
  clearTimeout(killer);
}

/** 250,000 rows took it 47 s on a loaded machine. */
const MATERIALISE_DEADLINE_MS = 600_000;
const START_DEADLINE_MS = 120_000;
const STOP_DEADLINE_MS = 20_000;
