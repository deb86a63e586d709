import { PlumblineError } from '../../definition/error.js';

/**
 * What Redis, or the way to it, said instead of an answer. Its own error is not kept: it carries what was sent, rows and
 * passwords among it.
 */
export function unavailable(cause: unknown, what: string): PlumblineError {
  if (cause instanceof PlumblineError) return cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  const remedy = REMEDIES.find(([start]) => said.startsWith(start))?.[1] ?? 'try again';
  return new PlumblineError('UNAVAILABLE', `Redis, ${what}: ${said || 'no answer'}; ${remedy}`);
}

/** What an operator does about errors that do not pass by themselves, by how they begin. */
const REMEDIES: readonly (readonly [start: string, remedy: string])[] = [
  ['WRONGPASS', 'set online.redis.username and online.redis.password'],
  ['NOAUTH', 'set online.redis.password, and online.redis.username where the server has ACLs'],
  ['NOPERM', 'give this user the commands and keys that docs/engines.md lists'],
  ['OOM', 'the server is full: raise maxmemory, with maxmemory-policy noeviction'],
  ['MISCONF', 'the server cannot write its files: mend its disk'],
  ['ERR This instance has cluster support disabled', 'name it as online.redis.url, not as nodes'],
  ['MOVED', 'this server belongs to a cluster: name it in online.redis.nodes'],
];

/** Whether what {@link unavailable} made may pass by itself, as nothing that an operator has to mend does. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof PlumblineError) || error.code !== 'UNAVAILABLE') return false;
  return !REMEDIES.some(([, remedy]) => error.message.endsWith(remedy));
}

/** Waits for work, so long at most; what comes later is nobody's any more. */
export async function within<T>(deadlineMs: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(unavailable(`no answer within ${Math.round(deadlineMs)} ms`, what)),
      deadlineMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
