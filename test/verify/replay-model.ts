import { Int64, makeData, Table, TimestampMicrosecond, Utf8, Vector, vectorFromArray } from 'apache-arrow';
import type { Document } from '../../src/definition/document.js';

export type ReplayFlight = {
  readonly flightId: bigint;
  readonly origin: string;
  readonly dest: string;
  readonly carrier: string;
  readonly tailnum: string | null;
  /** A value that the caller sends with the request. */
  readonly plannedBlockMin: bigint;
  readonly asOfUs: bigint;
};

/**
 * A small model over schedule, weather, aircraft, and windows over departures and arrivals of each key, with a request-time value
 * and every fitted function.
 */
export function replayModel(): readonly Document[] {
  const scaled = ['temp', 'dewp', 'humid', 'wind_speed', 'pressure', 'visib', 'near_saturation'];
  const sets = ['schedule', 'weather', 'airframe', 'lately', ...Object.keys(WINDOWED)];
  const windowed = Object.entries(WINDOWED).flatMap(([set, names]) => names.map((name) => `${set}__${name}`));
  return [
    LATELY,
    {
      kind: 'FeatureService',
      name: 'replayed',
      entries: sets.map((featureSet) => ({ featureSet })),
    },
    {
      kind: 'Model',
      name: 'replayed',
      featureService: 'replayed',
      requestInputs: [{ name: 'planned_block_min', type: 'INT64' }],
      label: { expression: 'arr_delay >= 15', columns: [{ name: 'arr_delay', type: 'INT64' }] },
      split: { evaluateFrom: '2013-06-15T04:00:00Z' },
      trainer: { kind: 'logisticRegression', seed: 1, epochs: 2 },
      transform: [
        ...scaled.map((name) => ({ name, expression: `STANDARD_SCALER(weather__${name}) OVER ()` })),
        ...[...windowed, ...LATELY_NAMES.map((name) => `lately__${name}`)].map((name) => ({
          name: name.replace('__', '_'),
          expression: `STANDARD_SCALER(IMPUTER(${name}, 'mean') OVER ()) OVER ()`,
        })),
        { name: 'airline', expression: 'ONE_HOT_ENCODER(schedule__carrier) OVER ()' },
        { name: 'hour', expression: 'ONE_HOT_ENCODER(CAST(schedule__hour AS STRING)) OVER ()' },
        { name: 'seats', expression: "STANDARD_SCALER(IMPUTER(airframe__seats, 'median') OVER ()) OVER ()" },
        { name: 'slack', expression: 'STANDARD_SCALER(planned_block_min - schedule__distance / 8) OVER ()' },
        { name: 'rain_by_hour', expression: 'COALESCE(weather__rain, 0.0) * schedule__hour' },
        { name: 'wet', expression: 'weather__wet' },
      ],
    },
  ];
}

/** Of the demo's windowed sets the features that it takes. */
const WINDOWED = {
  origin_departures: ['delay_1h', 'late_1d', 'flights'],
  carrier_arrivals: ['delay_1h', 'delay_7d', 'late_1d'],
  route_arrivals: ['delay_7d', 'late_1d'],
  aircraft_arrivals: ['delay_1d', 'last'],
} as const;

/** Windows of other kinds than the demo's: exact, ending in the past, without a beginning, of sketches and of squares. */
const LATELY: Extract<Document, { readonly kind: 'FeatureSet' }> = {
  kind: 'FeatureSet',
  name: 'lately',
  entity: 'airport',
  source: 'departures',
  features: [
    { name: 'exact', aggregate: 'AVG(dep_delay)', window: '45m', hop: '1us', max: 200 },
    { name: 'day_before', aggregate: 'AVG(dep_delay)', window: '1d', offset: '1d' },
    { name: 'ever', aggregate: 'MAX(dep_delay)', window: 'lifetime' },
    { name: 'median', aggregate: 'APPROX_QUANTILE(dep_delay, 0.5)', window: '6h' },
    { name: 'spread', aggregate: 'STDDEV_POP(dep_delay)', window: '3h' },
  ],
};

const LATELY_NAMES = ['exact', 'day_before', 'ever', 'median', 'spread'] as const;

/** The flights as a frame, each with its own time and request value. */
export function frameOf(flights: readonly ReplayFlight[], asOfUs: readonly bigint[]): Table {
  const int64 = (values: readonly bigint[]): Vector =>
    new Vector([makeData({ type: new Int64(), data: BigInt64Array.from(values) })]);
  const text = (values: readonly (string | null)[]): Vector => vectorFromArray(values, new Utf8());
  const times = makeData({ type: new TimestampMicrosecond('UTC'), data: BigInt64Array.from(asOfUs) });
  return new Table({
    flight_id: int64(flights.map((flight) => flight.flightId)),
    origin: text(flights.map((flight) => flight.origin)),
    dest: text(flights.map((flight) => flight.dest)),
    carrier: text(flights.map((flight) => flight.carrier)),
    tailnum: text(flights.map((flight) => flight.tailnum)),
    planned_block_min: int64(flights.map((flight) => flight.plannedBlockMin)),
    as_of: new Vector([times]),
  });
}
