import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sqlText } from '../../../demo/duckdb.js';
import { ROOT } from '../../../demo/paths.js';
import type { Workshop } from '../rows/doors.js';
import type { ProjectApi } from '../rows/project-api.js';
import { FLIGHT_ROWS_SQL, flightColumn, flightSources } from './flight-sources.js';
import { type KnownValues, knownDifference, knownFeatures, TOLERANCE } from './known-values.js';

/** One view of one flight as of an hour before its departure: what it holds under one rule. */
export type FlightWindow = KnownValues & {
  readonly flight_id: number;
  readonly as_of: string;
  readonly view: ViewName;
  readonly key: readonly (string | null)[];
  readonly window: WindowName;
  readonly mode: 'event' | 'known';
};

type WindowName = '1h' | '1d' | '7d';

type ViewName = keyof typeof VIEWS;

/** Whose rows a view holds, of which source, and the column that it aggregates. */
const VIEWS = {
  origin_dep: { keys: ['origin'], source: 'departures', column: 'dep_delay', windows: ['1h', '1d', '7d'] },
  carrier_arr: { keys: ['carrier'], source: 'arrivals', column: 'arr_delay', windows: ['1h', '1d', '7d'] },
  carrier_origin_dep: {
    ...{ keys: ['carrier', 'origin'], source: 'departures', column: 'dep_delay' },
    windows: ['1h', '1d', '7d'],
  },
  tail_arr: { keys: ['tailnum'], source: 'arrivals', column: 'arr_delay', windows: ['1d', '7d'] },
  origin_dests: { keys: ['origin'], source: 'departures', column: 'dest', windows: ['1h', '1d'] },
  origin_tails: { keys: ['origin'], source: 'departures', column: 'tailnum', windows: ['1d'] },
} as const;

/** More rows than any key has in such a window. */
const MAX_ROWS: Readonly<Record<WindowName, number>> = { '1h': 200, '1d': 600, '7d': 2_600 };

const VIEW_NAMES = Object.keys(VIEWS) as readonly ViewName[];

/** The sample of 631 flights, computed independently. */
export async function readFlightWindows(): Promise<readonly FlightWindow[]> {
  const packed = await readFile(join(ROOT, 'test/data/flights/expected_windows_sample.jsonl.gz'));
  const lines = gunzipSync(packed).toString().trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as FlightWindow);
}

/** Departures and arrivals as sources with their own created times, and the views as exact windows. */
export function flightDocuments(): readonly unknown[] {
  return [
    ...flightSources(),
    ...Object.entries(ENTITIES).map(([name, keys]) => ({
      ...{ kind: 'Entity', name },
      keys: keys.map((key) => ({ name: key, type: 'STRING' })),
    })),
    ...VIEW_NAMES.map((view) => ({
      ...{ kind: 'FeatureSet', name: view, source: VIEWS[view].source },
      entity: VIEWS[view].keys.join('_'),
      features: VIEWS[view].windows.flatMap((window) =>
        knownFeatures(flightColumn(VIEWS[view].column)).map(({ name, aggregate }) => ({
          ...{ name: `${name}_${window}`, aggregate, window, hop: '1us', max: MAX_ROWS[window] },
        })),
      ),
    })),
    {
      ...{ kind: 'FeatureService', name: 'views' },
      entries: VIEW_NAMES.map((featureSet) => ({ featureSet })),
    },
  ];
}

const ENTITIES = {
  origin: ['origin'],
  carrier: ['carrier'],
  carrier_origin: ['carrier', 'origin'],
  tailnum: ['tailnum'],
} as const;

/** Writes the rows of both sources as files, and loads them; gives how many there are. */
export async function loadFlights(api: ProjectApi, { duckdb, folder }: Workshop): Promise<number> {
  const connection = await duckdb.connect();
  let rows = 0;
  try {
    await connection.run("SET TimeZone = 'UTC'");
    for (const [source, select] of Object.entries(FLIGHT_ROWS_SQL)) {
      const path = join(folder, `${source}.parquet`);
      await connection.run(`COPY (${select}) TO ${sqlText(path)} (FORMAT parquet)`);
      const { result } = await api.runJob(`sources/${source}/loads`, { path });
      rows += result!['rows'] as number;
    }
  } finally {
    connection.closeSync();
  }
  return rows;
}

/** What the views of the sample's flights under one rule differ in. */
export async function flightDifferences(
  api: ProjectApi,
  sample: readonly FlightWindow[],
  mode: FlightWindow['mode'],
): Promise<readonly string[]> {
  const flights = [...Map.groupBy(sample, ({ flight_id }) => flight_id).values()].map((lines) =>
    lines.filter((line) => line.mode === mode),
  );
  const path = `retrievals?featureService=views&time=as_of&knowledge=${mode}`;
  const { rows } = await api.post<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>(path, {
    rows: flights.map(rowOf),
  });
  return flights.flatMap((lines, i) => lines.flatMap((line) => differencesOf(line, rows[i]!)));
}

/** The flight as the views know it: every key of one of them. */
function rowOf(lines: readonly FlightWindow[]) {
  const keys = lines.flatMap(({ view, key }) => VIEWS[view].keys.map((name, i) => [name, key[i]!] as const));
  return { as_of: lines[0]!.as_of, ...Object.fromEntries(keys) };
}

function differencesOf(line: FlightWindow, row: Readonly<Record<string, unknown>>): readonly string[] {
  const { view, window, mode, flight_id } = line;
  return knownFeatures(flightColumn(VIEWS[view].column)).flatMap((feature) => {
    // Of texts the sample has no first one.
    if (!(feature.name in line)) return [];
    const value = row[`${view}__${feature.name}_${window}`];
    const difference = knownDifference(feature, line[feature.name], value, TOLERANCE);
    return difference === null ? [] : [`flight ${flight_id}, ${view} ${window} ${mode}: ${difference}`];
  });
}
