import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { PlumblineError } from '../definition/error.js';
import { stringifyJson } from '../definition/json-value.js';
import type { HttpReply, HttpRequest } from './http-types.js';
import { STARTING_HEADER } from './peer.js';

/** Where a request is answered: null is here. Throws UNAVAILABLE where nobody can answer it now. */
export type PlaceOf = (request: HttpRequest) => string | null | Promise<string | null>;

/** How requests find the process that answers them. */
export type Places = {
  /** Told before the body is read. */
  readonly ofRequest: PlaceOf;
  /** Whether the place of a route's requests is in their body, `POST /push`. */
  readonly isInBody: (route: string) => boolean;
  /** Told of those, once their JSON body was read. */
  readonly ofBody: PlaceOf;
};

type Hook = (request: HttpRequest, reply: HttpReply) => Promise<unknown>;

/** A route as the server hears of it; a hook of its own may be added. */
type PlacedRoute = { readonly method: string | readonly string[]; readonly url: string; preHandler?: Hook };

/** The part of Fastify that requests are forwarded by. */
export type ForwardingHost = {
  addHook(name: 'onRequest', hook: Hook): unknown;
  addHook(name: 'onRoute', hook: (route: PlacedRoute) => void): unknown;
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

/**
 * Forwards requests to the process that answers them, answers streamed: bodies too, before they are read, but for the few
 * routes whose place is in the body. To be called before routes are declared.
 */
export function forwardRequests(host: ForwardingHost, places: Places): void {
  const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS });
  host.addHook('onRequest', async (request, reply) => {
    const place = places.ofRequest(request);
    // Most are answered here, and wait for nothing.
    if (place === null) return undefined;
    const address = await place;
    return address === null ? undefined : forward(request, reply, { address, agent, body: null });
  });
  host.addHook('onRoute', (route) => {
    if (!places.isInBody(`${route.method} ${route.url}`)) return;
    route.preHandler = async (request, reply) => {
      const address = await places.ofBody(request);
      if (address === null) return undefined;
      // As exact as it was read (S2).
      const body = Buffer.from(stringifyJson(request.body));
      return forward(request, reply, { address, agent, body });
    };
  });
}

/** Whether a request is answered here for sure, as far as is known at once and without its body. */
export function isHere(request: HttpRequest, { ofRequest, isInBody }: Places): boolean {
  if (isInBody(`${request.method} ${request.routeOptions.url}`)) return false;
  const place = ofRequest(request);
  // Whoever forwards it asks again, and hears what went wrong.
  if (place instanceof Promise) place.catch(() => undefined);
  return place === null;
}

/** `body` is what was read; null streams what was not. */
type Target = { readonly address: string; readonly agent: Agent; readonly body: Buffer | null };

async function forward(request: HttpRequest, reply: HttpReply, target: Target): Promise<unknown> {
  if (request.headers[FORWARDED_HEADER] !== undefined) throw forwardedTwice();
  const answer = await answerOf(request, reply, target);
  if (answer.headers[STARTING_HEADER] !== undefined) {
    answer.resume();
    throw starting(target.address);
  }
  reply.status(answer.statusCode ?? 502);
  for (const [name, value] of Object.entries(passedOn(answer.headers)))
    if (value !== undefined) reply.header(name, String(value));
  return reply.send(answer);
}

function answerOf(
  { raw, url, method, headers }: HttpRequest,
  reply: HttpReply,
  { address, agent, body }: Target,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'content-length': String(body.length) };
    const forwarded = httpRequest(new URL(url, address), {
      method,
      headers: { ...passedOn(headers), ...length, [FORWARDED_HEADER]: '1' },
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
    if (body === null) raw.pipe(forwarded);
    else forwarded.end(body);
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
