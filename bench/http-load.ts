import { connect, type Socket } from 'node:net';
import { quantile } from './conditions.js';

/** One connection that sends a prepared request again as soon as the last one was answered. */
export type Load = {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** The whole request, head and body, number `i` of all. */
  readonly request: (i: number) => Buffer;
  readonly requests: number;
};

export type LoadFigures = {
  readonly seconds: number;
  /** Answers that were not 200. */
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
};

/**
 * Sends requests over kept-alive connections, each with one under way. Sockets are driven directly, so that the load
 * costs next to nothing beside a service that shares its cores.
 */
export async function sendLoad(load: Load): Promise<LoadFigures> {
  const latenciesMs: number[] = [];
  const counts = { next: 0, failures: 0 };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: load.connections }, () => drive(load, counts, latenciesMs)));
  const seconds = (performance.now() - startedMs) / 1000;
  const [p50Ms, p99Ms] = [quantile(latenciesMs, 0.5), quantile(latenciesMs, 0.99)];
  return { seconds, failures: counts.failures, p50Ms, p99Ms };
}

/** A whole HTTP/1.1 request. */
export function httpRequest(path: string, body: string | Buffer, contentType = 'application/json'): Buffer {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body, 'utf8');
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${contentType}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}

function drive(
  { host, port, request, requests }: Load,
  counts: { next: number; failures: number },
  latenciesMs: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host, port, noDelay: true });
    let answer: Buffer = Buffer.alloc(0);
    let sentMs = 0;
    const send = (): void => {
      if (counts.next >= requests) {
        socket.end();
        resolve();
        return;
      }
      sentMs = performance.now();
      socket.write(request(counts.next++));
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
      if (!isWholeAnswer(answer)) return;
      if (!isOk(answer)) counts.failures++;
      answer = Buffer.alloc(0);
      latenciesMs.push(performance.now() - sentMs);
      send();
    });
  });
}

/** Whether an answer's status is 200. */
export function isOk(answer: Buffer): boolean {
  return answer.subarray(0, OK.length).equals(OK);
}

const OK = Buffer.from('HTTP/1.1 200');

/** Whether an answer came to its end; answers have a `content-length`. */
export function isWholeAnswer(answer: Buffer): boolean {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const length = /content-length: (\d+)/i.exec(answer.toString('latin1', 0, headEnd))?.[1];
  return length !== undefined && answer.length >= headEnd + 4 + Number(length);
}
