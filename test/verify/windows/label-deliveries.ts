import type { DuckDBConnection } from '@duckdb/node-api';
import type { Random } from '../rows/random.js';
import type { SentRow } from '../rows/row-text.js';
import { FLIGHT_ROWS_SQL } from './flight-sources.js';

export type FlightSource = keyof typeof FLIGHT_ROWS_SQL;

/** Rows of one source that arrive together. */
export type Delivery = {
  readonly source: FlightSource;
  /** Microseconds. */
  readonly arrivalUs: bigint;
  readonly rows: readonly SentRow[];
};

const MINUTE_US = 60_000_000n;
/** Rows of this long arrive together. */
const TOGETHER_US = 90n * MINUTE_US;
/** The sources arrive at instants of their own. */
const PHASE_US: Readonly<Record<FlightSource, bigint>> = { departures: 0n, arrivals: 37n * MINUTE_US + 1n };
const MOST_LATE_US = 12n * 60n * MINUTE_US;

/**
 * Departures and arrivals between two instants, RFC 3339, by arrival: most of them when they are reported, some many hours later,
 * some at once, so that their created time is still to come.
 */
export async function deliveriesOf(
  files: DuckDBConnection,
  { from, to }: { readonly from: string; readonly to: string },
  random: Random,
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const source of ['departures', 'arrivals'] as const) {
    const reader = await files.runAndReadAll(`
      SELECT * REPLACE (epoch_us("at") AS "at", epoch_us(reported) AS reported) FROM (${FLIGHT_ROWS_SQL[source]})
      WHERE "at" >= '${from}'::TIMESTAMPTZ AND "at" < '${to}'::TIMESTAMPTZ ORDER BY flight_id`);
    const rows = reader.getRowObjects() as unknown as readonly SentRow[];
    const together = Map.groupBy(rows, (row) => {
      const us = arrivalOf(row, random) - PHASE_US[source];
      return us - (us % TOGETHER_US) + TOGETHER_US + PHASE_US[source];
    });
    for (const [arrivalUs, some] of together)
      deliveries.push({ source, arrivalUs, rows: random.shuffled(some) });
  }
  return deliveries.sort((a, b) => Number(a.arrivalUs - b.arrivalUs));
}

/** Microseconds. */
function arrivalOf({ at, reported }: SentRow, random: Random): bigint {
  const [eventUs, reportedUs] = [at as bigint, reported as bigint];
  const way = random.next();
  if (way < 0.1) return eventUs;
  return way < 0.2 ? reportedUs + random.wholeUs(0n, MOST_LATE_US) : reportedUs;
}
