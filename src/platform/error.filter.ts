import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { ERROR_CODES, type ErrorCode, PlumblineError, plumblineErrorIn } from '../definition/error.js';
import { stringifyJson } from '../definition/json-value.js';
import { feastErrorBody, isFeastRoute } from './feast-error.js';
import type { HttpReply, HttpRequest } from './http-types.js';

/** The one place where an error becomes an HTTP status and body (docs/errors.md). */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('errors');

  catch(cause: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(cause, http.getRequest<HttpRequest>(), http.getResponse<HttpReply>());
  }

  answer(cause: unknown, request: HttpRequest, reply: HttpReply): void {
    const error = plumblineErrorOf(cause);
    if (error.code === 'INTERNAL') {
      this.logger.error({ err: cause, requestId: request.id }, 'request failed');
    }
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    // The rest of a body that is too large is never read, so the connection cannot serve another request.
    if (error.code === 'TOO_LARGE') reply.header('connection', 'close');
    const { retryAfterSeconds } = error.details;
    if (typeof retryAfterSeconds === 'number') reply.header('retry-after', String(retryAfterSeconds));
    reply.status(ERROR_CODES[error.code].status);
    reply.header('content-type', 'application/json; charset=utf-8');
    reply.send(stringifyJson(bodyOf(error, request)));
  }
}

/** Any thrown thing as the error a caller may see; what is not ours is INTERNAL and says nothing of its cause. */
function plumblineErrorOf(cause: unknown): PlumblineError {
  const told = plumblineErrorIn(cause);
  if (told !== null) return told;
  if (cause instanceof HttpException) return errorOfStatus(cause.getStatus(), cause.message);
  if (cause instanceof Error && 'statusCode' in cause && typeof cause.statusCode === 'number') {
    return errorOfStatus(cause.statusCode, cause.message);
  }
  return new PlumblineError('INTERNAL', 'the service failed; its log holds the cause under this request id');
}

/** Codes for what Nest and Fastify refuse themselves. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  404: 'NOT_FOUND',
  406: 'NOT_ACCEPTABLE',
  409: 'CONFLICT',
  413: 'TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  503: 'UNAVAILABLE',
};

function errorOfStatus(status: number, message: string): PlumblineError {
  const code = CODE_OF_STATUS[status];
  if (code !== undefined) return new PlumblineError(code, message);
  if (status >= 400 && status < 500) return new PlumblineError('INVALID_REQUEST', message);
  return plumblineErrorOf(null);
}

/** Open Inference Protocol routes answer errors as that protocol asks. */
const INFERENCE_ROUTE = /^\/v1\/projects\/[^/]+\/v2(?:[/?]|$)/;

function bodyOf(error: PlumblineError, request: HttpRequest): unknown {
  const { code, message, details } = error;
  if (INFERENCE_ROUTE.test(request.url)) return { error: `${code}: ${message}` };
  if (isFeastRoute(request.url)) return feastErrorBody(error);
  const only = details.problems?.length === 1 ? details.problems[0]!.path : undefined;
  const path = details.path ?? only;
  return { error: { code, message, ...details, path, requestId: request.id } };
}
