import type { ErrorCode, Problem } from '../../../src/definition/error.js';

/** What went wrong: a code of the service (`docs/errors.md`), or what kept the client from getting an answer. */
export type RequestErrorCode = ErrorCode | 'DEADLINE_EXCEEDED' | 'UNREACHABLE' | 'UNREADABLE_ANSWER';

/** What an error answer tells besides its message. */
export type RequestErrorDetails = {
  /** JSON pointer into the body, column of the frame or position in the expression that is wrong. */
  readonly path?: string | undefined;
  /** Every cause, when there are several. */
  readonly problems?: readonly Problem[] | undefined;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Finds the request in the service's log. */
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
};

/** The one error type of the client: a refused, failed or unanswered request. */
export class PlumblineRequestError extends Error {
  override readonly name = 'PlumblineRequestError';
  readonly path: string | undefined;
  readonly problems: readonly Problem[];
  readonly status: number;
  readonly requestId: string | undefined;

  constructor(
    readonly code: RequestErrorCode,
    message: string,
    details: RequestErrorDetails,
  ) {
    super(message, { cause: details.cause });
    this.path = details.path;
    this.problems = details.problems ?? [];
    this.status = details.status;
    this.requestId = details.requestId;
  }
}

/** Reads the service's error answer, in its own form or in that of the Open Inference Protocol. */
export function errorOfAnswer(status: number, body: string): PlumblineRequestError {
  const error = memberOf(parsed(body), 'error');
  if (typeof error === 'string') return errorOfProtocol(status, error);
  const code = memberOf(error, 'code');
  if (typeof code !== 'string') {
    const message = `the service answered ${status} without an error code: ${body.slice(0, 200)}`;
    return new PlumblineRequestError('UNREADABLE_ANSWER', message, { status });
  }
  return new PlumblineRequestError(code as ErrorCode, String(memberOf(error, 'message')), {
    status,
    path: textOf(memberOf(error, 'path')),
    problems: memberOf(error, 'problems') as readonly Problem[] | undefined,
    requestId: textOf(memberOf(error, 'requestId')),
  });
}

/** `CODE: message`, the form of errors on the protocol's routes. */
function errorOfProtocol(status: number, text: string): PlumblineRequestError {
  const match = /^([A-Z_]+): (.*)$/s.exec(text);
  const code = (match?.[1] ?? 'INTERNAL') as ErrorCode;
  return new PlumblineRequestError(code, match?.[2] ?? text, { status });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
