import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import type { Configuration } from './configuration.js';

/** Where other processes of the installation reach this one. */
export type Peer = {
  /** `http://host:port`. */
  readonly address: string;
  /** From now on requests are answered by `handle`; before they are told to come again. */
  serve(handle: (request: IncomingMessage, response: ServerResponse) => void): void;
  close(): Promise<void>;
};

/** Injection token of the {@link Peer}, null where a process is alone. */
export const PEER = Symbol('PEER');

/** Says in an answer that the process begins, and has not read what it was asked. */
export const STARTING_HEADER = 'plumbline-starting';

/** How long answers that are under way may take once the service is asked to stop. */
const CLOSE_DEADLINE_MS = 5_000;

/** Listens for other processes, beside the port that all of them may share. */
export async function openPeer({ host, processes }: Configuration): Promise<Peer> {
  const { peerHost, peerPort } = processes;
  let answer = (_: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(503, { [STARTING_HEADER]: '1', 'content-length': 0 }).end();
  };
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve, reject) => {
    // Workers share ports unless they are told not to.
    const own = { port: peerPort, host, exclusive: true };
    server.once('error', reject).listen(own, resolve);
  });
  const name = peerHost ?? (ANYWHERE.has(host) ? hostname() : host);
  return {
    address: `http://${name.includes(':') ? `[${name}]` : name}:${portOf(server)}`,
    serve: (handle) => {
      answer = handle;
    },
    close: () => closed(server),
  };
}

const ANYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closed(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_DEADLINE_MS);
  return new Promise((resolve) => {
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
