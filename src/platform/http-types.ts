import type { IncomingMessage, ServerResponse } from 'node:http';

/** The part of Fastify's request that our rim touches. */
export type HttpRequest = {
  readonly id: string;
  readonly url: string;
  readonly method: string;
  /** Names in the path by those of the route: texts. */
  readonly params: unknown;
  /** Texts by the names behind the `?` of the path; left out where there are none. */
  readonly query?: unknown;
  /** What a parser made of the body; undefined without one. */
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
  /** Whether its route takes a frame. */
  takesFrame?: boolean;
  readonly raw: IncomingMessage;
  /** What the route was declared with. */
  readonly routeOptions: {
    /** With names for what a path has in their places; none where no route was found. */
    readonly url?: string | undefined;
    readonly config?: { readonly takesRows?: boolean };
  };
};

/** The part of Fastify's reply that our rim touches. */
export type HttpReply = {
  readonly raw: ServerResponse;
  status(code: number): HttpReply;
  header(name: string, value: string): HttpReply;
  send(payload: unknown): HttpReply;
};

/** Answers carry it, the log of a failed request too. */
export const REQUEST_ID_HEADER = 'x-request-id';
