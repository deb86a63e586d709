import type { Column, ColumnBatch } from '../src/definition/column-batch.js';
import type { ValueType } from '../src/definition/value-type.js';

/** One feature as an expression, and as a careful person would write it in JavaScript: one loop over its columns. */
export type KernelFeature = {
  readonly name: string;
  readonly expression: string;
  readonly byHand: (rows: FlightColumns) => Column;
};

/** The columns of {@link FLIGHT_COLUMNS}: values, and where they are NULL validity of 0. */
type FlightColumns = ReturnType<typeof flightColumns>;

/** Rows of the benchmark: departures, with some NULLs in the delays, the air time, the visibility and the tail number. */
export const FLIGHT_COLUMNS: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ['distance', 'FLOAT64'],
  ['air_time', 'FLOAT64'],
  ['wind_u', 'FLOAT64'],
  ['wind_v', 'FLOAT64'],
  ['visibility', 'FLOAT64'],
  ['departure_delay', 'INT64'],
  ['arrival_delay', 'INT64'],
  ['flight', 'INT64'],
  ['departure', 'TIMESTAMP'],
  ['created', 'TIMESTAMP'],
  ['carrier', 'STRING'],
  ['origin', 'STRING'],
  ['destination', 'STRING'],
  ['tail', 'STRING'],
]);

export function flightColumns({ rowCount, columns }: ColumnBatch) {
  const of = (name: string): Column => columns.get(name)!;
  const floats = (name: string) => ({ values: of(name).values as Float64Array, valid: of(name).valid });
  const ints = (name: string) => ({ values: of(name).values as BigInt64Array, valid: of(name).valid });
  const texts = (name: string) => ({ values: of(name).values as readonly string[], valid: of(name).valid });
  return {
    rowCount,
    distance: floats('distance'),
    airTime: floats('air_time'),
    windU: floats('wind_u'),
    windV: floats('wind_v'),
    visibility: floats('visibility'),
    departureDelay: ints('departure_delay'),
    arrivalDelay: ints('arrival_delay'),
    flight: ints('flight'),
    departure: ints('departure'),
    created: ints('created'),
    carrier: texts('carrier'),
    origin: texts('origin'),
    destination: texts('destination'),
    tail: texts('tail'),
  };
}

/** Twenty features of numbers, logic, texts and times. */
export const KERNEL_FEATURES: readonly KernelFeature[] = [
  {
    name: 'speed',
    expression: 'distance / air_time * 60',
    byHand: ({ rowCount, distance, airTime }) => {
      const values = new Float64Array(rowCount);
      const valid = new Uint8Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        const time = airTime.values[i]!;
        if (isNull(airTime.valid, i) || time === 0) continue;
        values[i] = (distance.values[i]! / time) * 60;
        valid[i] = 1;
      }
      return { type: 'FLOAT64', values, valid };
    },
  },
  {
    name: 'is_late',
    expression: 'departure_delay > 15',
    byHand: ({ rowCount, departureDelay }) => {
      const values = new Uint8Array(rowCount);
      const valid = new Uint8Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        if (isNull(departureDelay.valid, i)) continue;
        values[i] = departureDelay.values[i]! > 15n ? 1 : 0;
        valid[i] = 1;
      }
      return { type: 'BOOL', values, valid };
    },
  },
  {
    name: 'known_delay',
    expression: 'COALESCE(arrival_delay, 0)',
    byHand: ({ rowCount, arrivalDelay }) => {
      const values = new BigInt64Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        if (!isNull(arrivalDelay.valid, i)) values[i] = arrivalDelay.values[i]!;
      }
      return { type: 'INT64', values, valid: null };
    },
  },
  {
    name: 'lateness',
    expression: 'IF(departure_delay > 0, departure_delay, 0)',
    byHand: ({ rowCount, departureDelay }) => {
      const values = new BigInt64Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        const delay = departureDelay.values[i]!;
        if (!isNull(departureDelay.valid, i) && delay > 0n) values[i] = delay;
      }
      return { type: 'INT64', values, valid: null };
    },
  },
  {
    name: 'log_distance',
    expression: 'LN(distance + 1)',
    byHand: ({ rowCount, distance }) => {
      const values = new Float64Array(rowCount);
      for (let i = 0; i < rowCount; i++) values[i] = Math.log(distance.values[i]! + 1);
      return { type: 'FLOAT64', values, valid: null };
    },
  },
  {
    name: 'wind',
    expression: 'SQRT(wind_u * wind_u + wind_v * wind_v)',
    byHand: ({ rowCount, windU, windV }) => {
      const values = new Float64Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        const u = windU.values[i]!;
        const v = windV.values[i]!;
        values[i] = Math.sqrt(u * u + v * v);
      }
      return { type: 'FLOAT64', values, valid: null };
    },
  },
  {
    name: 'hour',
    expression: 'EXTRACT(HOUR FROM departure)',
    byHand: ({ rowCount, departure }) => {
      const values = new BigInt64Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        const hours = Math.floor(Number(departure.values[i]!) / HOUR_US);
        values[i] = BigInt(((hours % 24) + 24) % 24);
      }
      return { type: 'INT64', values, valid: null };
    },
  },
  {
    name: 'weekday',
    expression: 'EXTRACT(DAYOFWEEK FROM departure)',
    byHand: ({ rowCount, departure }) => {
      const values = new BigInt64Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        const days = Math.floor(Number(departure.values[i]!) / DAY_US);
        values[i] = BigInt(((((days + 4) % 7) + 7) % 7) + 1);
      }
      return { type: 'INT64', values, valid: null };
    },
  },
  {
    name: 'notice_minutes',
    expression: 'TIMESTAMP_DIFF(departure, created, MINUTE)',
    byHand: ({ rowCount, departure, created }) => {
      const values = new BigInt64Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        values[i] = (departure.values[i]! - created.values[i]!) / 60_000_000n;
      }
      return { type: 'INT64', values, valid: null };
    },
  },
  {
    name: 'carrier_code',
    expression: 'UPPER(carrier)',
    byHand: ({ rowCount, carrier }) => {
      const values = new Array<string>(rowCount);
      for (let i = 0; i < rowCount; i++) values[i] = carrier.values[i]!.toUpperCase();
      return { type: 'STRING', values, valid: null };
    },
  },
  {
    name: 'route',
    expression: "CONCAT(origin, '-', destination)",
    byHand: ({ rowCount, origin, destination }) => {
      const values = new Array<string>(rowCount);
      for (let i = 0; i < rowCount; i++) values[i] = `${origin.values[i]!}-${destination.values[i]!}`;
      return { type: 'STRING', values, valid: null };
    },
  },
  {
    name: 'is_large_carrier',
    expression: "carrier IN ('AA', 'DL', 'UA')",
    byHand: ({ rowCount, carrier }) => {
      const values = new Uint8Array(rowCount);
      for (let i = 0; i < rowCount; i++) values[i] = LARGE.has(carrier.values[i]!) ? 1 : 0;
      return { type: 'BOOL', values, valid: null };
    },
  },
  {
    name: 'visibility_class',
    expression: "CASE WHEN visibility < 1 THEN 'low' WHEN visibility < 5 THEN 'middle' ELSE 'high' END",
    byHand: ({ rowCount, visibility }) => {
      const values = new Array<string>(rowCount);
      for (let i = 0; i < rowCount; i++) {
        const seen = visibility.values[i]!;
        values[i] = isNull(visibility.valid, i) || seen >= 5 ? 'high' : seen < 1 ? 'low' : 'middle';
      }
      return { type: 'STRING', values, valid: null };
    },
  },
  {
    name: 'tail_length',
    expression: 'LENGTH(tail)',
    byHand: ({ rowCount, tail }) => {
      const values = new BigInt64Array(rowCount);
      const valid = new Uint8Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        if (isNull(tail.valid, i)) continue;
        values[i] = BigInt(codePoints(tail.values[i]!));
        valid[i] = 1;
      }
      return { type: 'INT64', values, valid };
    },
  },
  {
    name: 'is_american',
    expression: "STARTS_WITH(tail, 'N')",
    byHand: ({ rowCount, tail }) => {
      const values = new Uint8Array(rowCount);
      const valid = new Uint8Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        if (isNull(tail.valid, i)) continue;
        values[i] = tail.values[i]!.startsWith('N') ? 1 : 0;
        valid[i] = 1;
      }
      return { type: 'BOOL', values, valid };
    },
  },
  {
    name: 'worst_delay',
    expression: 'GREATEST(departure_delay, arrival_delay, 0)',
    byHand: ({ rowCount, departureDelay, arrivalDelay }) => {
      const values = new BigInt64Array(rowCount);
      const valid = new Uint8Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        if (isNull(departureDelay.valid, i) || isNull(arrivalDelay.valid, i)) continue;
        const worse =
          departureDelay.values[i]! > arrivalDelay.values[i]!
            ? departureDelay.values[i]!
            : arrivalDelay.values[i]!;
        values[i] = worse > 0n ? worse : 0n;
        valid[i] = 1;
      }
      return { type: 'INT64', values, valid };
    },
  },
  {
    name: 'recovered',
    expression: 'ABS(departure_delay - arrival_delay)',
    byHand: ({ rowCount, departureDelay, arrivalDelay }) => {
      const values = new BigInt64Array(rowCount);
      const valid = new Uint8Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        if (isNull(departureDelay.valid, i) || isNull(arrivalDelay.valid, i)) continue;
        const difference = departureDelay.values[i]! - arrivalDelay.values[i]!;
        values[i] = difference < 0n ? -difference : difference;
        valid[i] = 1;
      }
      return { type: 'INT64', values, valid };
    },
  },
  {
    name: 'is_murky',
    expression: 'visibility IS NULL OR visibility < 3',
    byHand: ({ rowCount, visibility }) => {
      const values = new Uint8Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        values[i] = isNull(visibility.valid, i) || visibility.values[i]! < 3 ? 1 : 0;
      }
      return { type: 'BOOL', values, valid: null };
    },
  },
  {
    name: 'tail_part',
    expression: 'SUBSTR(tail, 2, 3)',
    byHand: ({ rowCount, tail }) => {
      const values = new Array<string>(rowCount);
      const valid = new Uint8Array(rowCount);
      for (let i = 0; i < rowCount; i++) {
        values[i] = '';
        if (isNull(tail.valid, i)) continue;
        const text = tail.values[i]!;
        values[i] = codePoints(text) === text.length ? text.slice(1, 4) : [...text].slice(1, 4).join('');
        valid[i] = 1;
      }
      return { type: 'STRING', values, valid };
    },
  },
  {
    name: 'last_digit',
    expression: 'MOD(flight, 10)',
    byHand: ({ rowCount, flight }) => {
      const values = new BigInt64Array(rowCount);
      for (let i = 0; i < rowCount; i++) values[i] = flight.values[i]! % 10n;
      return { type: 'INT64', values, valid: null };
    },
  },
];

function isNull(valid: Uint8Array | null, row: number): boolean {
  return valid !== null && valid[row] === 0;
}

function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) count--;
  return count;
}

const LARGE = new Set(['AA', 'DL', 'UA']);
const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
