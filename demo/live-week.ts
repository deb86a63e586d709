import type { DuckDBConnection } from '@duckdb/node-api';
import type { PlumblineClient } from '../sdk/typescript/src/client.js';
import { parseTimestamp } from '../src/definition/time.js';
import { sqlText } from './duckdb.js';
import { type FrameRow, isLate } from './frame.js';
import { inferRequest, probabilitiesOf } from './prediction.js';
import { EVENING, WEEK_BEFORE } from './prepare.js';
import { type LiveRow, pushRows, rowsKnownBetween } from './rows-in.js';
import { auc } from './score.js';
import type { RunningService } from './service.js';

/** What a week of predictions came to. */
export type LiveWeek = {
  /** Rows pushed, each when it became known. */
  readonly rows: number;
  /** Flights predicted, each an hour before its scheduled departure. */
  readonly flights: number;
  /** Of the flights that arrived, as the predictions were given. */
  readonly auc: number;
  readonly seconds: number;
};

type LiveFlight = FrameRow & { readonly asOfUs: bigint; readonly arrivalDelay: bigint | null };

/**
 * Lives through the week before the evening on a moved clock: whenever flights are to be predicted, the clock is set to that
 * instant, what became known since the last one is pushed, and they are asked for.
 */
export async function liveThroughWeek(
  { moveClock }: Pick<RunningService, 'moveClock'>,
  client: PlumblineClient,
  connection: DuckDBConnection,
  model: string,
): Promise<LiveWeek> {
  const startedMs = performance.now();
  const rows = await rowsKnownBetween(connection, WEEK_BEFORE, EVENING);
  const flights = await flightsOfWeek(connection);
  const predictions: number[] = [];
  let next = 0;
  const liveUntil = async (nowUs: bigint): Promise<void> => {
    const due: LiveRow[] = [];
    while (next < rows.length && rows[next]!.createdUs <= nowUs) due.push(rows[next++]!);
    await moveClock(nowUs);
    await pushRows(client, due);
  };
  for (const [asOfUs, together] of Map.groupBy(flights, (flight) => flight.asOfUs)) {
    await liveUntil(asOfUs);
    predictions.push(...probabilitiesOf(await client.infer(model, inferRequest(together, ['probability']))));
  }
  await liveUntil(parseTimestamp(EVENING)!);
  return {
    rows: rows.length,
    flights: flights.length,
    auc: aucOf(flights, predictions),
    seconds: (performance.now() - startedMs) / 1000,
  };
}

function aucOf(flights: readonly LiveFlight[], predictions: readonly number[]): number {
  const arrived = flights.flatMap((flight, i) => (flight.arrivalDelay === null ? [] : [i]));
  return auc({
    labels: Uint8Array.from(arrived, (i) => isLate(flights[i]!.arrivalDelay)),
    predictions: Float64Array.from(arrived, (i) => predictions[i]!),
  });
}

async function flightsOfWeek(connection: DuckDBConnection): Promise<readonly LiveFlight[]> {
  const reader = await connection.runAndReadAll(`
    SELECT flight_id AS "flightId", carrier, origin, dest, tailnum, epoch_us(as_of) AS "asOfUs",
      arr_delay AS "arrivalDelay"
    FROM flight
    WHERE as_of > ${sqlText(WEEK_BEFORE)}::TIMESTAMPTZ AND as_of < ${sqlText(EVENING)}::TIMESTAMPTZ
    ORDER BY as_of, flight_id`);
  return reader.getRowObjects() as unknown as readonly LiveFlight[];
}
