import { createApp } from './create-app.js';
import { PlumblineError } from './definition/error.js';
import { ShiftedClock, SystemClock } from './platform/clock.js';
import { loadConfiguration } from './platform/configuration.js';

/** Starts the service and tells where it listens; SIGTERM and SIGINT stop it. */
async function main(): Promise<void> {
  const configuration = loadConfiguration(process.env);
  const { clockStartUs } = configuration;
  const clock = clockStartUs === null ? new SystemClock() : new ShiftedClock(clockStartUs);
  const app = await createApp(configuration, clock);
  app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
  await app.listen(configuration.port, configuration.host);
  process.stdout.write(`Plumbline listens on ${await app.getUrl()}\n`);
}

main().catch((error: unknown) => {
  const known = error instanceof PlumblineError && error.code !== 'INTERNAL';
  process.stderr.write(`${known ? error.message : describe(error)}\n`);
  process.exit(1);
});

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
