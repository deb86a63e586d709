import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** A program that answers each JSON line with one JSON line. */
export type LineProgram = {
  readonly name: string;
  readonly command: readonly [file: string, args: readonly string[]];
  /** One request may take this long; then the program is ended and begun anew. */
  readonly deadlineMs: number;
};

/**
 * Asks a program one request after the other. It is begun at the first one, and again after it died or took too long: that
 * request alone fails.
 */
export class LineProtocol {
  private process: Running | null = null;
  private last: Promise<unknown> = Promise.resolve();
  private pending = 0;

  constructor(private readonly program: LineProgram) {}

  /** The answer as parsed JSON; rejects where there is none. */
  ask(request: object): Promise<unknown> {
    if (this.pending >= MAX_PENDING) {
      return Promise.reject(
        new Error(`${this.program.name} has ${MAX_PENDING} requests waiting: await some`),
      );
    }
    this.pending++;
    const answer = this.last.then(() => this.askNow(JSON.stringify(request)));
    this.last = answer.then(
      () => this.pending--,
      () => this.pending--,
    );
    return answer;
  }

  /** Ends the program. */
  async close(): Promise<void> {
    await this.last;
    this.process?.child.kill('SIGKILL');
    this.process = null;
  }

  private async askNow(line: string): Promise<unknown> {
    this.process ??= start(this.program);
    const running = this.process;
    const timer = setTimeout(() => running.child.kill('SIGKILL'), this.program.deadlineMs);
    try {
      running.child.stdin.write(`${line}\n`);
      return JSON.parse(await running.nextLine());
    } catch (error) {
      running.child.kill('SIGKILL');
      this.process = null;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

type Running = {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly nextLine: () => Promise<string>;
};

function start({ name, command: [file, args] }: LineProgram): Running {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-ERROR_CHARACTERS);
  });
  // Writing to a program that died is told by the end of its output.
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => {
    errors += error.message;
  });
  const closed = once(child, 'close').catch(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { done, value } = await lines.next();
    if (!done) return value;
    await closed;
    throw new Error(`${name} ended without an answer${errors === '' ? '' : `: ${errors}`}`);
  };
  return { child, nextLine };
}

/** Far more than one test file asks at once. */
const MAX_PENDING = 1000;
/** The end of what a program complained of. */
const ERROR_CHARACTERS = 2000;
