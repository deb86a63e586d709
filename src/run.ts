import cluster from 'node:cluster';
import { plumblineErrorIn } from './definition/error.js';
import { loadConfiguration } from './platform/configuration.js';
import { serve } from './serve.js';
import { startOptions } from './start-options.js';
import { superviseWorkers, workerConfiguration } from './workers.js';

/** Starts the service and tells where it listens; SIGTERM and SIGINT stop it. */
async function main(): Promise<void> {
  const { workers, environment } = startOptions(process.argv.slice(2), process.env);
  const configuration = loadConfiguration(environment);
  if (workers === null) {
    const app = await serve(configuration);
    process.stdout.write(`Plumbline listens on ${await app.getUrl()}\n`);
  } else if (cluster.isPrimary) await superviseWorkers(workers, configuration);
  else await serve(workerConfiguration(configuration));
}

main().catch((error: unknown) => {
  const told = plumblineErrorIn(error);
  const isKnown = told !== null && told.code !== 'INTERNAL';
  process.stderr.write(`${isKnown ? told.message : describe(error)}\n`);
  process.exit(1);
});

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
