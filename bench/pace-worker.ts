import { parentPort, workerData } from 'node:worker_threads';
import { type Due, monotonicMs, type Pace } from './pace.js';

/**
 * Tells the thread that made it of each request of a {@link Pace} as soon as it is due. It sleeps in between, to a fraction of a
 * millisecond: the timers of an event loop know whole ones, and waking up all the time would take a core from the service.
 */
const { requestsPerSecond, requests } = workerData as Pace;
const cell = new Int32Array(new SharedArrayBuffer(4));
const startedMs = monotonicMs();

for (let sent = 1; sent <= requests; sent++) {
  const dueMs = startedMs + (sent / requestsPerSecond) * 1000;
  for (let leftMs = dueMs - monotonicMs(); leftMs > 0; leftMs = dueMs - monotonicMs())
    Atomics.wait(cell, 0, 0, leftMs);
  const due: Due = { requests: sent, dueMs };
  parentPort!.postMessage(due);
}
