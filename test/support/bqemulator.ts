import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { BigQuery } from '@google-cloud/bigquery';
import { PassThroughClient } from 'google-auth-library';
import { BQEMULATOR, bqemulatorCommand } from '../counterparts/bqemulator.js';
import { requireCounterpart } from '../counterparts/counterpart.js';

/** An emulator of BigQuery on the loopback, empty, and BigQuery's own client for it. */
export type Bqemulator = { readonly client: BigQuery; readonly close: () => Promise<void> };

/** Starts an emulator of its own; some five seconds. */
export async function startBqemulator(): Promise<Bqemulator> {
  requireCounterpart(BQEMULATOR);
  const { file, args, env } = bqemulatorCommand(PROJECT);
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  // A test that runs into its time limit closes nothing.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const close = async (): Promise<void> => {
    process.off('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    kill();
    await closed;
  };
  try {
    const port = await portOf(child);
    return { client: clientFor(port), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A client that asks nobody for credentials, Google's metadata server least of all. */
function clientFor(port: number): BigQuery {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  process.env['NO_PROXY'] = [process.env['NO_PROXY'] ?? '', '127.0.0.1'].join(',');
  const client = new BigQuery({
    projectId: PROJECT,
    apiEndpoint: `http://127.0.0.1:${port}`,
    authClient: new PassThroughClient(),
    // What fails here fails again: waiting between tries would take minutes.
    autoRetry: false,
    maxRetries: 0,
  });
  // It closes connections that idle, and the next request on one would fail.
  type Request = Parameters<typeof client.request>[0];
  client.interceptors.push({ request: (options) => Object.assign(options, { forever: false }) as Request });
  return client;
}

/** The port that it says it listens on, once it listens. */
function portOf(
  child: ChildProcess & { readonly stdout: Readable; readonly stderr: Readable },
): Promise<number> {
  return new Promise((resolve, reject) => {
    let log = '';
    const timer = setTimeout(() => fail('did not listen in time'), START_DEADLINE_MS);
    const fail = (what: string): void =>
      reject(new Error(`${BQEMULATOR.name} ${what}: ${log.slice(-LOG_CHARACTERS)}`));
    const read = (line: string): void => {
      log += `${line}\n`;
      const [, port] = LISTENING.exec(line) ?? [];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
    };
    // Both go on being read: a full pipe would stop it.
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => fail(`ended with ${code}`));
  });
}

const PROJECT = 'plumbline-test';
const LISTENING = /Uvicorn running on http:\/\/127\.0\.0\.1:(\d+)/;
const START_DEADLINE_MS = 60_000;
const LOG_CHARACTERS = 2000;
