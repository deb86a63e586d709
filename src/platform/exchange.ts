import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { HttpReply, HttpRequest } from './http-types.js';

/** The two sides of a request that a controller needs beside its parameters and body. */
export type Exchange = {
  /** The `Accept` header. */
  readonly accept: string | undefined;
  /** The `Idempotency-Key` header. */
  readonly idempotencyKey: string | undefined;
  /** The `Plumbline-Snapshot` header. */
  readonly snapshot: string | undefined;
  /** For headers of the answer; what the controller returns is still sent for it. */
  readonly reply: HttpReply;
};

/** Injects the {@link Exchange} of a request. */
export const Exchange = createParamDecorator((_: unknown, context: ExecutionContext): Exchange => {
  const http = context.switchToHttp();
  const { headers } = http.getRequest<HttpRequest>();
  return {
    accept: headers.accept,
    idempotencyKey: idempotencyKeyOf(headers),
    snapshot: onlyOne(headers['plumbline-snapshot']),
    reply: http.getResponse<HttpReply>(),
  };
});

/** The `Idempotency-Key` header. */
export function idempotencyKeyOf(headers: HttpRequest['headers']): string | undefined {
  return onlyOne(headers['idempotency-key']);
}

function onlyOne(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header[0] : header;
}
