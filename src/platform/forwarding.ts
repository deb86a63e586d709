import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { PlumblineError } from '../definition/error.js';
import type { HttpReply, HttpRequest } from './http-types.js';
import { STARTING_HEADER } from './peer.js';

/** Where a request is answered: null is here. Throws UNAVAILABLE where nobody can answer it now. */
export type PlaceOf = (request: HttpRequest) => string | null;

/** The part of Fastify that requests are forwarded by. */
export type ForwardingHost = {
  addHook(name: 'onRequest', hook: (request: HttpRequest, reply: HttpReply) => Promise<unknown>): unknown;
};

/** Says that a request was forwarded; whoever gets it answers it, or refuses it. */
const FORWARDED_HEADER = 'plumbline-forwarded';

/** An answer that shows no sign of life for so long is given up, milliseconds: a little more than the longest deadline of a door. */
const SILENCE_MS = 60_000;

/** Connections to one process. */
const MAX_CONNECTIONS = 256;

/** Hop by hop: what one connection says to the next process alone (RFC 9110, 7.6.1). */
const OF_A_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Forwards requests, before their bodies are read, to the process that answers them; bodies and answers are streamed. */
export function forwardRequests(host: ForwardingHost, placeOf: PlaceOf): void {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  host.addHook('onRequest', async (request, reply) => {
    const address = placeOf(request);
    if (address === null) return;
    if (request.headers[FORWARDED_HEADER] !== undefined) throw forwardedTwice();
    const answer = await answerOf(request, reply, { address, agent });
    if (answer.headers[STARTING_HEADER] !== undefined) {
      answer.resume();
      throw starting(address);
    }
    reply.status(answer.statusCode ?? 502);
    for (const [name, value] of Object.entries(passedOn(answer.headers)))
      if (value !== undefined) reply.header(name, String(value));
    return reply.send(answer);
  });
}

type Target = { readonly address: string; readonly agent: Agent };

function answerOf(
  { raw, url, method, headers }: HttpRequest,
  reply: HttpReply,
  { address, agent }: Target,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = { ...passedOn(headers), [FORWARDED_HEADER]: '1' };
    const forwarded = httpRequest(new URL(url, address), {
      method,
      headers: sent,
      agent,
      timeout: SILENCE_MS,
    });
    let isThere = false;
    forwarded.once('socket', (socket) => {
      if (!socket.connecting) isThere = true;
      else socket.once('connect', () => (isThere = true));
    });
    forwarded.once('response', resolve);
    forwarded.once('timeout', () =>
      forwarded.destroy(new Error(`it said nothing for ${SILENCE_MS / 1_000} s`)),
    );
    forwarded.once('error', (cause) => reject(lost(address, cause, isThere)));
    // Whoever asked has gone.
    reply.raw.once('close', () => forwarded.destroy());
    raw.pipe(forwarded);
  });
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_A_CONNECTION.has(name)));
}

function lost(address: string, cause: Error, isThere: boolean): PlumblineError {
  const what = `the process at ${address} that answers this did not: ${cause.message}`;
  const remedy = isThere
    ? 'what it did is not known; send the same again, with the same Idempotency-Key where there was one'
    : 'nothing was sent; try again';
  return new PlumblineError('UNAVAILABLE', `${what}; ${remedy}`, { retryAfterSeconds: 1 });
}

function starting(address: string): PlumblineError {
  const message = `the process at ${address} that answers this is starting; nothing was done; try again`;
  return new PlumblineError('UNAVAILABLE', message, { retryAfterSeconds: 1 });
}

function forwardedTwice(): PlumblineError {
  const message = 'the request was forwarded to a process that cannot answer it any more; try again';
  return new PlumblineError('UNAVAILABLE', message, { retryAfterSeconds: 1 });
}
