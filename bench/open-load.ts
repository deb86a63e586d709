import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { quantile } from './conditions.js';
import { isOk, isWholeAnswer } from './http-load.js';
import { type Due, monotonicMs, type Pace } from './pace.js';

/** Requests that come at a rate, whether earlier ones were answered or not. */
export type OpenLoad = {
  readonly host: string;
  readonly port: number;
  readonly requestsPerSecond: number;
  readonly requests: number;
  /** Connections, used in turn; 64 unless told, more than are ever under way where the service keeps up. */
  readonly connections?: number;
  /** The whole request, head and body, number `i` of all. */
  readonly request: (i: number) => Buffer;
};

export type OpenLoadFigures = {
  readonly perSecond: number;
  /** Answers that were not 200. */
  readonly failures: number;
  /** From the instant at which a request was due by the rate, waiting for a free connection included. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much later than due requests came: what the load itself misses, in every latency. */
  readonly lateP99Ms: number;
};

const CONNECTIONS = 64;

/**
 * Sends requests at a rate over kept-alive connections. Sockets are driven directly, as a service shares the cores, and nothing
 * spins: a thread of its own sleeps until the next request is due (`pace-worker.ts`). Before those that count some 30,000 should come:
 * p99 falls from one ten seconds to the next while code is compiled, which takes the second core.
 */
export async function sendOpenLoad(load: OpenLoad): Promise<OpenLoadFigures> {
  const crowd = new Crowd(load);
  await crowd.open();
  const lateMs: number[] = [];
  const { requestsPerSecond, requests } = load;
  let startedMs = 0;
  const pace = new Worker(new URL('./pace-worker.js', import.meta.url), {
    workerData: { requestsPerSecond, requests } satisfies Pace,
  });
  pace.on('error', (error) => crowd.fail(error));
  pace.on('message', ({ requests: due, dueMs }: Due) => {
    if (due === 1) startedMs = dueMs - 1000 / requestsPerSecond;
    lateMs.push(monotonicMs() - dueMs);
    crowd.send(due - 1, dueMs);
  });
  try {
    await crowd.done;
  } finally {
    crowd.close();
    await pace.terminate();
  }
  const seconds = (monotonicMs() - startedMs) / 1000;
  const { latenciesMs, failures } = crowd;
  return {
    perSecond: requests / seconds,
    failures,
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    lateP99Ms: quantile(lateMs, 0.99),
  };
}

type Waiting = { readonly i: number; readonly dueMs: number };

/** Connections, each with one request under way, and requests that wait for one. */
class Crowd {
  readonly latenciesMs: number[] = [];
  failures = 0;
  readonly done: Promise<void>;
  private readonly free: Socket[] = [];
  private readonly all: Socket[] = [];
  private readonly waiting: Waiting[] = [];
  private readonly underWay = new Map<Socket, { readonly dueMs: number; answer: Buffer }>();
  private finish: () => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  constructor(private readonly load: OpenLoad) {
    this.done = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
    // Whoever waits for it hears of it; before that a failure is not one without a reader.
    this.done.catch(() => undefined);
  }

  async open(): Promise<void> {
    await Promise.all(Array.from({ length: this.load.connections ?? CONNECTIONS }, () => this.connected()));
  }

  send(i: number, dueMs: number): void {
    const socket = this.free.shift();
    if (socket === undefined) this.waiting.push({ i, dueMs });
    else this.write(socket, { i, dueMs });
  }

  close(): void {
    for (const socket of this.all) socket.destroy();
  }

  private connected(): Promise<void> {
    const { host, port } = this.load;
    return new Promise((resolve) => {
      const socket = connect({ host, port, noDelay: true }, () => {
        this.free.push(socket);
        resolve();
      });
      this.all.push(socket);
      socket.on('error', (error) => this.fail(error));
      socket.on('close', () => this.fail(new Error('the service closed a connection')));
      socket.on('data', (chunk: Buffer) => this.take(socket, chunk));
    });
  }

  private write(socket: Socket, { i, dueMs }: Waiting): void {
    this.underWay.set(socket, { dueMs, answer: Buffer.alloc(0) });
    socket.write(this.load.request(i));
  }

  private take(socket: Socket, chunk: Buffer): void {
    const exchange = this.underWay.get(socket)!;
    exchange.answer = exchange.answer.length === 0 ? chunk : Buffer.concat([exchange.answer, chunk]);
    if (!isWholeAnswer(exchange.answer)) return;
    this.latenciesMs.push(monotonicMs() - exchange.dueMs);
    if (!isOk(exchange.answer)) this.failures++;
    const next = this.waiting.shift();
    if (next === undefined) this.free.push(socket);
    else this.write(socket, next);
    if (this.latenciesMs.length === this.load.requests) this.finish();
  }
}
