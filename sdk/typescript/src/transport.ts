import { errorOfAnswer, PlumblineRequestError } from './request-error.js';

/** One HTTP request to the service. */
export type Call = {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the project's root, without a leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Blob | Uint8Array<ArrayBuffer>;
  readonly deadlineMs: number;
};

/**
 * Sends `call` below `root`, reads the answer with `read` and gives what it made; the deadline covers both. Throws
 * PlumblineRequestError for every refusal, for an expired deadline and for a service that cannot be reached.
 */
export async function send<Result>(
  root: string,
  call: Call,
  read: (answer: Response) => Promise<Result>,
): Promise<Result> {
  const url = urlOf(root, call);
  const signal = AbortSignal.timeout(call.deadlineMs);
  try {
    const answer = await fetch(url, {
      method: call.method,
      signal,
      headers: call.headers ?? {},
      ...(call.body === undefined ? {} : { body: call.body }),
    });
    if (!answer.ok) throw errorOfAnswer(answer.status, await answer.text());
    return await read(answer);
  } catch (cause) {
    throw requestError(cause, call, signal);
  }
}

function urlOf(root: string, call: Call): URL {
  const url = new URL(`${root}/${call.path}`);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

function requestError(cause: unknown, call: Call, signal: AbortSignal): PlumblineRequestError {
  if (cause instanceof PlumblineRequestError) return cause;
  const what = `${call.method} ${call.path}`;
  if (signal.aborted) {
    const message = `${what} did not end within ${call.deadlineMs} ms`;
    return new PlumblineRequestError('DEADLINE_EXCEEDED', message, { status: 0, cause });
  }
  const message = `${what} got no whole answer: ${reasonOf(cause)}`;
  return new PlumblineRequestError('UNREACHABLE', message, { status: 0, cause });
}

/** `fetch` hides the reason of a network failure one level down. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? cause.cause.message : cause.message;
}
