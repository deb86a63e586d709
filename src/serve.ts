import cluster from 'node:cluster';
import { destination, pino } from 'pino';
import { createApp } from './create-app.js';
import { type Clock, ShiftedClock, SystemClock } from './platform/clock.js';
import type { Configuration } from './platform/configuration.js';
import type { HttpApplication } from './platform/http.js';
import { parentClock } from './platform/parent-clock.js';
import { StartPatience } from './platform/start-patience.js';
import { WaitingServer } from './platform/waiting-server.js';

/** For how long a start waits for PostgreSQL and Kafka, milliseconds: machines that come up together take so long. */
const START_WITHIN_MS = 60_000;

/**
 * Starts the service and listens. Where PostgreSQL or Kafka is away the start waits, which its log says, and `/health` and
 * `/ready` in its place; throws UNAVAILABLE when `withinMs` are over.
 */
export async function serve(
  configuration: Configuration,
  withinMs: number = START_WITHIN_MS,
): Promise<HttpApplication> {
  const waiting = new WaitingServer(configuration);
  const onWait = async (message: string): Promise<void> => {
    const log = pino({ level: configuration.logLevel }, destination(2));
    log.warn({ context: 'start' }, `waiting for ${withinMs / 1_000} s at most: ${message}`);
    // A port that workers share must not answer for those that have begun.
    if (!cluster.isWorker) await waiting.say(message);
  };
  try {
    const patience = new StartPatience({ withinMs, onWait });
    const app = await createApp(configuration, { clock: clockFrom(configuration.clockStartUs), patience });
    app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
    await waiting.close();
    await app.listen(configuration.port, configuration.host);
    return app;
  } finally {
    await waiting.close();
  }
}

/** The system's; with a start one that runs on from there, or that a parent process with a channel to this one moves. */
function clockFrom(startUs: bigint | null): Clock {
  if (startUs === null) return new SystemClock();
  return process.connected ? parentClock(startUs) : new ShiftedClock(startUs);
}
