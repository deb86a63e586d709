import cluster, { type Worker } from 'node:cluster';
import { join } from 'node:path';
import type { Configuration } from './platform/configuration.js';
import { openDataDir } from './platform/data-dir.js';
import { requireShared } from './platform/process-settings.js';
import { refusal } from './platform/setting-values.js';

/** Tells a worker which one it is, from 0. */
const WORKER_VARIABLE = 'WORKER_NUMBER';

/** Tells a worker the port that a free one turned out to be: once no worker listens it would be another. */
const PORT_VARIABLE = 'WORKER_PORT';

/** Before a worker that ended is started again, milliseconds; twice as long each time. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** A worker that ran for so long ended for a new reason, milliseconds. */
const STEADY_MS = 30_000;

/** How long workers may take to stop before they are killed, milliseconds: more than each allows its own parts. */
const STOP_WITHIN_MS = 30_000;

/**
 * Runs the service as `count` processes on one port: connections go to each in turn, sources are shared out among them, and one
 * that ends is started again. Resolves when SIGTERM or SIGINT have stopped all of them; rejects where one cannot even begin.
 * Throws INVALID_DOCUMENT for engines that belong to one process.
 */
export async function superviseWorkers(count: number, configuration: Configuration): Promise<void> {
  requireShared(configuration, `--workers ${count}`);
  if (configuration.clockStartUs !== null) throw refusal('clock', 'is for one process; leave out --workers');
  const dataDir = openDataDir(configuration.dataDir);
  try {
    await new Supervisor(count).run();
  } finally {
    dataDir.release();
  }
}

/** The configuration of the worker that this process is: what engines of one process keep lies in a folder of its own. */
export function workerConfiguration(configuration: Configuration): Configuration {
  const number = Number(process.env[WORKER_VARIABLE]);
  const port = Number(process.env[PORT_VARIABLE]) || configuration.port;
  const { processes, dataDir } = configuration;
  const peerPort = processes.peerPort === 0 ? 0 : processes.peerPort + number;
  const own = join(dataDir, 'workers', String(number));
  return { ...configuration, port, dataDir: own, processes: { ...processes, peerPort } };
}

type Slot = {
  readonly number: number;
  worker: Worker;
  /** As of the last start. */
  sinceMs: number;
  pauseMs: number;
  hasListened: boolean;
};

class Supervisor {
  private readonly slots = new Map<number, Slot>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private isStopping = false;
  private failed = false;
  /** As the first worker found it; 0 before. */
  private port = 0;
  private isTold = false;
  private readonly ended = Promise.withResolvers<void>();

  constructor(private readonly count: number) {}

  async run(): Promise<void> {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.stop());
    cluster.on('listening', (worker, { address, port }) => {
      this.port = port;
      this.listening(worker, `http://${address}:${port}`);
    });
    for (let number = 0; number < this.count; number++) this.start(number, FIRST_PAUSE_MS, false);
    await this.ended.promise;
    if (this.failed) throw new Error('a worker could not begin; what it said stands above');
  }

  private start(number: number, pauseMs: number, hasListened: boolean): void {
    const variables = { [WORKER_VARIABLE]: String(number), [PORT_VARIABLE]: String(this.port) };
    const worker = cluster.fork(variables);
    const slot = { number, worker, sinceMs: performance.now(), pauseMs, hasListened };
    this.slots.set(number, slot);
    worker.once('exit', (code, signal) => this.exited(slot, signal ?? `code ${code}`));
  }

  private listening(worker: Worker, url: string): void {
    for (const slot of this.slots.values()) if (slot.worker === worker) slot.hasListened = true;
    const all = [...this.slots.values()].every(({ hasListened }) => hasListened);
    if (!all || this.isTold) return;
    this.isTold = true;
    process.stdout.write(`Plumbline listens on ${url}\n`);
  }

  private exited(slot: Slot, how: string): void {
    this.slots.delete(slot.number);
    if (!slot.hasListened) {
      this.failed = !this.isStopping;
      this.stop();
    }
    if (this.isStopping) {
      if (this.slots.size === 0) this.finish();
      return;
    }
    const ranMs = performance.now() - slot.sinceMs;
    const pauseMs = ranMs > STEADY_MS ? FIRST_PAUSE_MS : slot.pauseMs;
    process.stderr.write(`worker ${slot.number} ended (${how}); it is started again in ${pauseMs} ms\n`);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.start(slot.number, Math.min(2 * pauseMs, LONGEST_PAUSE_MS), true);
    }, pauseMs);
    this.timers.add(timer);
  }

  private stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const { worker } of this.slots.values()) worker.process.kill('SIGTERM');
    if (this.slots.size === 0) this.finish();
    setTimeout(() => {
      for (const { worker } of this.slots.values()) worker.process.kill('SIGKILL');
    }, STOP_WITHIN_MS).unref();
  }

  private finish(): void {
    this.ended.resolve();
  }
}
