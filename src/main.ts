import cluster from 'node:cluster';
import { createApp } from './create-app.js';
import { plumblineErrorIn } from './definition/error.js';
import { type Clock, ShiftedClock, SystemClock } from './platform/clock.js';
import { type Configuration, loadConfiguration } from './platform/configuration.js';
import { parentClock } from './platform/parent-clock.js';
import { startOptions } from './start-options.js';
import { superviseWorkers, workerConfiguration } from './workers.js';

/** Starts the service and tells where it listens; SIGTERM and SIGINT stop it. */
async function main(): Promise<void> {
  const { workers, environment } = startOptions(process.argv.slice(2), process.env);
  const configuration = loadConfiguration(environment);
  if (workers === null) process.stdout.write(`Plumbline listens on ${await serve(configuration)}\n`);
  else if (cluster.isPrimary) await superviseWorkers(workers, configuration);
  else await serve(workerConfiguration(configuration));
}

main().catch((error: unknown) => {
  const told = plumblineErrorIn(error);
  const isKnown = told !== null && told.code !== 'INTERNAL';
  process.stderr.write(`${isKnown ? told.message : describe(error)}\n`);
  process.exit(1);
});

async function serve(configuration: Configuration): Promise<string> {
  const app = await createApp(configuration, clockFrom(configuration.clockStartUs));
  app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
  await app.listen(configuration.port, configuration.host);
  return app.getUrl();
}

/** The system's; with a start one that runs on from there, or that a parent process with a channel to this one moves. */
function clockFrom(startUs: bigint | null): Clock {
  if (startUs === null) return new SystemClock();
  return process.connected ? parentClock(startUs) : new ShiftedClock(startUs);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
