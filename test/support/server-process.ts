import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server of another make, run for tests. */
export type ServerProgram = {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Where it keeps its data, which goes with it; what it says goes to `log` there. */
  readonly folder: string;
  /** Where it runs, when not there. */
  readonly cwd?: string;
  /** Who it runs as; this process's user where it is not told. */
  readonly account?: { readonly uid: number; readonly gid: number };
  /** What its operator would send it to end it; SIGTERM where it is not told. */
  readonly stopSignal?: NodeJS.Signals;
  /** Resolves once it serves, rejects before. */
  readonly probe: () => Promise<unknown>;
};

/** What a test may do to a server. Each resolves when it is done; the port and the data stay until `close`. */
export type ServerControl = {
  /** Begins it, or begins it again on what it left; resolves once it serves. */
  start(): Promise<void>;
  /** Ends it at once, as `kill -9` does. */
  kill(): Promise<void>;
  /** Ends it as its operator would. */
  stop(): Promise<void>;
  /** Lets it hang: connections stay open and nothing is answered. */
  pause(): void;
  resume(): void;
  /** Ends it and removes what it kept. */
  close(): Promise<void>;
};

/** One process on the loopback. It ends with this one, however this one ends. */
export class ServerProcess implements ServerControl {
  private child: ChildProcess | null = null;

  private readonly leave = (): void => {
    this.child?.kill('SIGKILL');
    rmSync(this.program.folder, REMOVAL);
  };

  constructor(private readonly program: ServerProgram) {
    process.once('exit', this.leave);
  }

  async start(): Promise<void> {
    if (this.child !== null) throw new Error(`${this.program.name} runs already`);
    const deadline = performance.now() + START_DEADLINE_MS;
    // What was killed may hold its port or its memory a moment longer, and then a first try ends at once.
    for (let ends = 0; ends < MAX_TRIES && performance.now() < deadline; ) {
      this.child ??= this.spawn();
      if (await this.serves(this.child)) return;
      await sleep(PROBE_EVERY_MS);
      if (isRunning(this.child)) continue;
      this.child = null;
      ends++;
      await sleep(RETRY_AFTER_MS);
    }
    await this.kill();
    throw new Error(`${this.program.name} did not start:\n${this.said()}`);
  }

  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    const { child } = this;
    const timer = setTimeout(() => child?.kill('SIGKILL'), STOP_DEADLINE_MS);
    await this.end(this.program.stopSignal ?? 'SIGTERM');
    clearTimeout(timer);
  }

  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  async close(): Promise<void> {
    process.off('exit', this.leave);
    await this.end('SIGKILL');
    rmSync(this.program.folder, REMOVAL);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.child = null;
    if (child === null || !isRunning(child)) return;
    const ended = once(child, 'exit');
    const orphans = signal === 'SIGKILL' ? childrenOf(child.pid!) : [];
    child.kill(signal);
    for (const pid of orphans) killIfThere(pid);
    // A paused process takes no other signal.
    child.kill('SIGCONT');
    await ended;
  }

  private spawn(): ChildProcess {
    const { file, args, folder, cwd, account } = this.program;
    const log = openSync(join(folder, LOG), 'a');
    try {
      const command = [...LEASH, file, ...args];
      const child = spawn(command[0]!, command.slice(1), {
        cwd: cwd ?? folder,
        stdio: ['ignore', log, log],
        ...account,
      });
      child.once('error', (error) => appendFileSync(join(folder, LOG), error.message));
      return child;
    } finally {
      closeSync(log);
    }
  }

  private async serves(child: ChildProcess): Promise<boolean> {
    return this.program.probe().then(
      () => isRunning(child),
      () => false,
    );
  }

  private said(): string {
    const log = join(this.program.folder, LOG);
    return existsSync(log) ? readFileSync(log, 'utf8').slice(-LOG_CHARACTERS) : '';
  }
}

/** PostgreSQL has a process for each connection, which would finish what it does. */
function childrenOf(pid: number): readonly number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  return existsSync(list) ? readFileSync(list, 'utf8').trim().split(' ').filter(Boolean).map(Number) : [];
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

const LOG = 'log';
/** The kernel ends the server when this process is gone, be it killed. */
const LEASH =
  spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0
    ? ['setpriv', '--pdeathsig', 'KILL']
    : [];
const REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;
/** Kafka took twenty seconds on a machine with sixteen busy processes a core. */
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 60_000;
const PROBE_EVERY_MS = 25;
const MAX_TRIES = 20;
const RETRY_AFTER_MS = 200;
const LOG_CHARACTERS = 4000;
