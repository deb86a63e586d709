import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../../../demo/paths.js';

export type ToChild = { readonly nowUs: string };

export type FromChild = { readonly kind: 'clock' } | { readonly kind: 'listening'; readonly baseUrl: string };

/** As `npm start` does. */
const NODE_FLAGS = ['--max-semi-space-size=32'];

/** How much of the service's output is kept to explain its end. */
const OUTPUT_KEPT_CHARS = 4_000;

export type LawServiceOptions = {
  readonly dataDir: string;
  /** Its files may be loaded. */
  readonly root: string;
  /** What its clock shows at first. */
  readonly nowUs: bigint;
  /** Its configuration file; null is everything embedded. */
  readonly file: string | null;
};

/** The service in a process of its own, which is killed, stopped, and told the time. */
export class LawService {
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  isKilled = false;
  private address = '';
  private output = '';
  private readonly waiting: (() => void)[] = [];

  private constructor(private readonly child: ChildProcess) {
    this.ended = once(child, 'exit').then(() => {
      for (const resolve of this.waiting.splice(0)) resolve();
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk: Buffer) => {
        this.output = (this.output + chunk.toString()).slice(-OUTPUT_KEPT_CHARS);
      });
  }

  /** Starts the process; `ready` says when it can be asked. */
  static spawn({ dataDir, root, nowUs, file }: LawServiceOptions): LawService {
    const script = join(ROOT, 'dist/test/verify/windows/law-child.js');
    const parameters = [dataDir, root, String(nowUs), ...(file === null ? [] : [file])];
    const child = fork(script, parameters, { execArgv: NODE_FLAGS, silent: true });
    return new LawService(child);
  }

  /** Waits until it listens; false where it was killed before. Throws where it ended for another reason. */
  async ready(): Promise<boolean> {
    const listening = new Promise<void>((resolve) => {
      this.child.on('message', (message: FromChild) => {
        if (message.kind === 'listening') {
          this.address = message.baseUrl;
          resolve();
        } else this.waiting.shift()?.();
      });
    });
    await Promise.race([listening, this.ended]);
    if (this.address === '' && !this.isKilled)
      throw new Error(`the service did not start; it wrote:\n${this.output}`);
    return this.address !== '' && !this.isKilled;
  }

  get baseUrl(): string {
    return this.address;
  }

  /** What it wrote last. */
  get wrote(): string {
    return this.output;
  }

  /** Moves its clock, and waits until it shows that; no matter what, where the process is gone. */
  async setClock(nowUs: bigint): Promise<void> {
    if (!this.child.connected) return;
    const message: ToChild = { nowUs: String(nowUs) };
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      this.child.send(message, (error) => {
        if (error !== null) resolve();
      });
    });
  }

  /** As a crash does. */
  kill(): void {
    this.isKilled = true;
    this.child.kill('SIGKILL');
  }

  /** Lets it end by itself. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}
