import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './paths.js';

/** How long a start may take before the demo gives up: ten times what it takes on a slow machine. */
const START_DEADLINE_MS = 60_000;
/** How long a stop may take before the child is killed. */
const STOP_DEADLINE_MS = 15_000;
/** How long a move of the clock may take: the service answers it between two requests. */
const CLOCK_DEADLINE_MS = 30_000;
const HEALTH_POLL_MS = 20;
/** How much of the service's output is kept to explain a failed start. */
const OUTPUT_KEPT_CHARS = 4_000;

/**
 * As `npm start` does: a young generation that is not small, so that of rows which stream through fewer grow old (a fifth more of
 * them a second than with 16 MiB), and not large, which would keep some 200 MiB more.
 */
const NODE_FLAGS = ['--max-semi-space-size=32'];

export type ServiceOptions = {
  readonly dataDir: string;
  /** Folders whose files may be loaded. */
  readonly dataRoots: readonly string[];
  /** What the service's clock shows when it starts, RFC 3339; it runs on from there. Default: the present. */
  readonly clock?: string;
  /** Whether the clock stands still between calls of `moveClock`; default: it runs on. */
  readonly clockIsMoved?: boolean;
  /** Further settings, by the names of their environment variables. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Aborted, it kills the process at once, as a crash would, while it starts or later. */
  readonly kill?: AbortSignal;
};

/** The real service, in a process of its own. */
export type RunningService = {
  readonly baseUrl: string;
  readonly pid: number;
  /** From the process's start to the first healthy answer. */
  readonly startSeconds: number;
  /** Largest resident memory so far, MiB; null where the system does not tell. */
  peakRssMiB(): Promise<number | null>;
  /** What it wrote last. */
  wrote(): string;
  /** Sets a clock that is moved, microseconds since the Unix epoch; requests sent afterwards see it. */
  moveClock(nowUs: bigint): Promise<void>;
  /** Lets it end by itself, and kills it where it does not. */
  stop(): Promise<void>;
  /** Resolves when the process is gone, whoever ended it, with its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
};

/** Starts the built service on a free loopback port and waits until it is healthy. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const port = await freePort();
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, join(ROOT, 'dist/src/main.js')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe', ...(options.clockIsMoved === true ? (['ipc'] as const) : [])],
    env: { ...process.env, ...environmentOf(options, port) },
  });
  options.kill?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  const output = keepOutput(child);
  const baseUrl = `http://127.0.0.1:${port}`;
  try {
    await untilHealthy(baseUrl, child, startedMs);
  } catch (cause) {
    await stop(child);
    throw new Error(`the service did not start; it wrote:\n${output()}`, { cause });
  }
  return {
    baseUrl,
    pid: child.pid!,
    startSeconds: (performance.now() - startedMs) / 1000,
    peakRssMiB: () => peakRssMiB(child.pid),
    wrote: output,
    moveClock: (nowUs) => moveClock(child, nowUs),
    stop: () => stop(child),
    ended: once(child, 'exit').then(() => child.signalCode ?? child.exitCode ?? 0),
  };
}

/** Largest resident memory of a process so far, from /proc; null where there is none. */
export async function peakRssMiB(pid: number | undefined): Promise<number | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kib === undefined ? null : Number(kib) / 1024;
  } catch {
    return null;
  }
}

async function moveClock(child: ChildProcess, nowUs: bigint): Promise<void> {
  const moved = once(child, 'message', { signal: AbortSignal.timeout(CLOCK_DEADLINE_MS) });
  child.send({ kind: 'clock', nowUs: String(nowUs) });
  await moved;
}

function environmentOf(options: ServiceOptions, port: number): Readonly<Record<string, string>> {
  return {
    PLUMBLINE_DATA_DIR: options.dataDir,
    PLUMBLINE_DATA_ROOTS: options.dataRoots.join(':'),
    PLUMBLINE_PORT: String(port),
    PLUMBLINE_LOG_LEVEL: 'warn',
    ...(options.clock === undefined ? {} : { PLUMBLINE_CLOCK: options.clock }),
    ...options.settings,
  };
}

function keepOutput(child: ChildProcess): () => string {
  let kept = '';
  const keep = (chunk: Buffer): void => {
    kept = (kept + chunk.toString()).slice(-OUTPUT_KEPT_CHARS);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return () => kept;
}

async function untilHealthy(baseUrl: string, child: ChildProcess, startedMs: number): Promise<void> {
  while (!(await isHealthy(baseUrl))) {
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`the service ended with ${end}`);
    if (performance.now() - startedMs > START_DEADLINE_MS) {
      throw new Error(`no healthy answer within ${START_DEADLINE_MS} ms`);
    }
    await sleep(HEALTH_POLL_MS);
  }
}

async function isHealthy(baseUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${baseUrl}/health`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await exited;
  clearTimeout(killer);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('the system gave no port');
  return address.port;
}
