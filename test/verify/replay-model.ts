import { Int64, makeData, Table, TimestampMicrosecond, Utf8, Vector, vectorFromArray } from 'apache-arrow';
import type { Document } from '../../src/definition/document.js';

export type ReplayFlight = {
  readonly flightId: bigint;
  readonly origin: string;
  readonly tailnum: string | null;
  /** A value that the caller sends with the request. */
  readonly plannedBlockMin: bigint;
  readonly asOfUs: bigint;
};

/** A small model over schedule, weather and aircraft, with a request-time value and every fitted function. */
export function replayModel(): readonly Document[] {
  const scaled = ['temp', 'dewp', 'humid', 'wind_speed', 'pressure', 'visib', 'near_saturation'];
  return [
    {
      kind: 'FeatureService',
      name: 'replayed',
      entries: [{ featureSet: 'schedule' }, { featureSet: 'weather' }, { featureSet: 'airframe' }],
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
        { name: 'carrier', expression: 'ONE_HOT_ENCODER(schedule__carrier) OVER ()' },
        { name: 'hour', expression: 'ONE_HOT_ENCODER(CAST(schedule__hour AS STRING)) OVER ()' },
        { name: 'seats', expression: "STANDARD_SCALER(IMPUTER(airframe__seats, 'median') OVER ()) OVER ()" },
        { name: 'slack', expression: 'STANDARD_SCALER(planned_block_min - schedule__distance / 8) OVER ()' },
        { name: 'rain_by_hour', expression: 'COALESCE(weather__rain, 0.0) * schedule__hour' },
        { name: 'wet', expression: 'weather__wet' },
      ],
    },
  ];
}

/** The flights as a frame, each with its own time and request value. */
export function frameOf(flights: readonly ReplayFlight[], asOfUs: readonly bigint[]): Table {
  const int64 = (values: readonly bigint[]): Vector =>
    new Vector([makeData({ type: new Int64(), data: BigInt64Array.from(values) })]);
  const text = (values: readonly (string | null)[]): Vector => vectorFromArray(values, new Utf8());
  const times = makeData({ type: new TimestampMicrosecond('UTC'), data: BigInt64Array.from(asOfUs) });
  return new Table({
    flight_id: int64(flights.map((flight) => flight.flightId)),
    origin: text(flights.map((flight) => flight.origin)),
    tailnum: text(flights.map((flight) => flight.tailnum)),
    planned_block_min: int64(flights.map((flight) => flight.plannedBlockMin)),
    as_of: new Vector([times]),
  });
}
