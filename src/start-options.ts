import { parseArgs } from 'node:util';
import { PlumblineError } from './definition/error.js';

/** What the command line says beside the configuration. */
export type StartOptions = {
  /** How many processes share the port; null is this one alone. */
  readonly workers: number | null;
  /** The variables of the configuration, with what the command line says in their place. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** More than this on one machine is a slip. */
const MAX_WORKERS = 256;

/** `--workers N` and `--role NAME`. Throws INVALID_REQUEST for anything else. */
export function startOptions(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): StartOptions {
  const { workers, role } = read(words);
  return {
    workers: workers === undefined ? null : workerCount(workers),
    environment: role === undefined ? environment : { ...environment, PLUMBLINE_ROLE: role },
  };
}

function read(words: readonly string[]): { readonly workers?: string; readonly role?: string } {
  try {
    const options = { workers: { type: 'string' }, role: { type: 'string' } } as const;
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    throw refusal(error instanceof Error ? error.message : String(error));
  }
}

function workerCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= MAX_WORKERS) return count;
  throw refusal(`--workers "${text}" is no number from 1 to ${MAX_WORKERS}`);
}

function refusal(what: string): PlumblineError {
  return new PlumblineError(
    'INVALID_REQUEST',
    `${what}; write "npm start -- [--workers N] [--role all|ingest|lookup]"`,
  );
}
