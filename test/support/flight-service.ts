import { setTimeout as delay } from 'node:timers/promises';
import { type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import { formatTimestamp } from '../../src/definition/time.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { ManualClock } from '../../src/platform/clock.js';
import { startTestApp, type TestApp } from './app.js';
import { FLIGHT_DOCUMENTS } from './flight-model.js';
import { FIRST_US, flightRows, TRAINING_ROWS } from './flight-rows.js';

const HOUR_US = 3_600_000_000n;
const MINUTE_US = 60_000_000n;

/** Rows of the training set: the training split and 300 of evaluation. */
const FLIGHT_ROWS = TRAINING_ROWS + 300;

/** The clock of the service: a minute after the last of the rows. */
export const FLIGHTS_NOW_US = FIRST_US + MINUTE_US * BigInt(FLIGHT_ROWS);

/** Hourly weather at one airport: one observation has no temperature, one no sky. */
const WEATHER = Array.from({ length: 18 }, (_, hour) => ({
  origin: 'JFK',
  at: formatTimestamp(FIRST_US + (BigInt(hour) - 1n) * HOUR_US),
  temp: hour === 3 ? null : 10 + hour / 3,
  sky: hour === 5 ? null : ['clear', 'rain', 'snow'][hour % 3],
}));

/** Flight rows as callers have them: keys, times and request inputs, without features; every 11th airport is unknown. */
export function flightFrame(from: number, to: number): ColumnBatch {
  const batch = flightRows(from, to);
  const columns = new Map([...batch.columns].filter(([name]) => !name.startsWith('weather__')));
  const origin = Array.from({ length: batch.rowCount }, (_, row) => (row % 11 === 0 ? 'nowhere' : 'JFK'));
  return { ...batch, columns: columns.set('origin', columnOf('STRING', origin)) };
}

/** A service in this process with the flight documents, weather, and version 1 of the model `delay`. */
export class FlightService {
  private constructor(
    readonly app: TestApp,
    readonly trainingSet: string,
  ) {}

  static async start(): Promise<FlightService> {
    const app = await startTestApp({ clock: new ManualClock(FLIGHTS_NOW_US) });
    const untrained = new FlightService(app, '');
    await untrained.ok('POST', 'apply', { documents: FLIGHT_DOCUMENTS });
    await untrained.ok('POST', 'sources/observations/rows', { rows: WEATHER });
    const frame = arrowBytes(flightFrame(0, FLIGHT_ROWS));
    const query = 'featureService=flights&time=as_of&knowledge=event';
    const set = await untrained.frame(`training-sets?${query}`, frame);
    const { id } = JSON.parse(set.toString()) as { readonly id: string };
    const service = new FlightService(app, id);
    await service.job(await service.ok('POST', 'models/delay/train', { trainingSet: id }));
    return service;
  }

  /** The same service again, on what one that was stopped left. */
  static async restarted({ app, trainingSet }: FlightService): Promise<FlightService> {
    const clock = new ManualClock(FLIGHTS_NOW_US);
    return new FlightService(await startTestApp({ dataDir: app.dataDir, clock }), trainingSet);
  }

  /** The answer to a request that must succeed. */
  async ok<T>(method: string, path: string, json?: unknown): Promise<T> {
    const { status, body } = await this.call(method, path, json);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  call(method: string, path: string, json?: unknown) {
    return this.app.request(method, `/v1/projects/flights/${path}`, json === undefined ? {} : { json });
  }

  /** Sends a frame, by default as Arrow; the bytes of an answer that must be good. */
  async frame(
    path: string,
    bytes: Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Buffer> {
    const { status, body } = await this.sendFrame(path, bytes, headers);
    if (status >= 300) throw new Error(`${path}: ${status} ${body}`);
    return body;
  }

  async sendFrame(path: string, bytes: Uint8Array | string, headers: Readonly<Record<string, string>> = {}) {
    const answer = await this.app.app.inject({
      method: 'POST',
      url: `/v1/projects/flights/${path}`,
      headers: { 'content-type': 'application/vnd.apache.arrow.stream', ...headers },
      payload: Buffer.from(bytes),
    });
    return { status: answer.statusCode, headers: answer.headers, body: answer.rawPayload };
  }

  /** The result of a job that must succeed. */
  async job<T>({ id }: { readonly id: string }): Promise<T> {
    const { state, result, error } = await this.ended<T>(id);
    if (state !== 'succeeded') throw new Error(`${state}: ${JSON.stringify(error)}`);
    return result;
  }

  /** A job once it has ended. */
  async ended<T>(id: string) {
    for (;;) {
      const job = await this.ok<{ state: string; result: T; error: { code: string; message: string } }>(
        'GET',
        `jobs/${id}`,
      );
      if (job.state !== 'queued' && job.state !== 'running') return job;
      await delay(20);
    }
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
