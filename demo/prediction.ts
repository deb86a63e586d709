import type { DuckDBConnection } from '@duckdb/node-api';
import type { PlumblineClient } from '../sdk/typescript/src/client.js';
import type { InferAnswer, InferRequest } from '../sdk/typescript/src/wire.js';
import { parseTimestamp } from '../src/definition/time.js';
import { sqlText } from './duckdb.js';
import { type FrameRow, frameAsOf, predictionsOf, sameBits, vectorsOf } from './frame.js';
import { EVENING } from './prepare.js';

/** A flight that is about to leave; what became of it is not shown to anybody before it has landed. */
export type Flight = FrameRow & {
  readonly name: string;
  readonly route: string;
  readonly departure: string;
  readonly arrivalDelay: bigint | null;
};

/** A flight and the chance of a late arrival it was given. */
export type PredictedFlight = { readonly flight: Flight; readonly probability: number };

/** Predictions made online, and whether history gives the same model input for the same instant. */
export type OnlinePredictions = {
  readonly asOf: string;
  readonly flights: readonly PredictedFlight[];
  /** Flights whose model input or prediction differs in any bit from the one made from history. */
  readonly vectorDifferences: number;
  /** Length of the model input. */
  readonly vectorLength: number;
};

/** Flights that leave between one and two hours after the evening's clock. */
export async function flightsAboutToLeave(connection: DuckDBConnection): Promise<readonly Flight[]> {
  const evening = `${sqlText(EVENING)}::TIMESTAMPTZ`;
  const reader = await connection.runAndReadAll(`
    SELECT flight_id AS "flightId", carrier, origin, dest, tailnum, carrier || ' ' || flight AS name,
      origin || ' to ' || dest AS route,
      strftime(sched_dep_ts AT TIME ZONE 'America/New_York', '%H:%M') AS departure, arr_delay AS "arrivalDelay"
    FROM flight
    WHERE sched_dep_ts BETWEEN ${evening} + INTERVAL 60 MINUTE AND ${evening} + INTERVAL 120 MINUTE
      AND tailnum IS NOT NULL
    ORDER BY sched_dep_ts, flight_id`);
  return reader.getRowObjects() as unknown as readonly Flight[];
}

/** Predicts over HTTP from keys alone, then makes the same predictions from history and compares them bit by bit. */
export async function predictOnline(
  client: PlumblineClient,
  model: { readonly name: string; readonly version: number },
  flights: readonly Flight[],
): Promise<OnlinePredictions> {
  const answer = await client.infer(model.name, inferRequest(flights, ['probability', 'vector']));
  const { probabilities, vectors } = outputsOf(answer, flights.length);
  const asOf = answer.parameters.as_of;
  const { table } = await client.retrieve(
    { kind: 'arrow', table: frameAsOf(flights, microseconds(asOf)) },
    { featureService: model.name, time: 'as_of' },
  );
  const fromHistory = await client.vectors(model.name, model.version, table);
  const historyVectors = vectorsOf(fromHistory);
  const historyPredictions = predictionsOf(fromHistory);
  const differs = (row: number): boolean =>
    !sameBits(vectors[row]!, historyVectors[row]!) ||
    !sameBits(probabilities.subarray(row, row + 1), historyPredictions.subarray(row, row + 1));
  return {
    asOf,
    flights: flights.map((flight, row) => ({ flight, probability: probabilities[row]! })),
    vectorDifferences: flights.filter((_, row) => differs(row)).length,
    vectorLength: vectors[0]!.length,
  };
}

/** What a caller of the Open Inference Protocol sends: raw keys, nothing else. */
export function inferRequest(
  flights: readonly FrameRow[],
  outputs: readonly ('probability' | 'vector')[],
): InferRequest {
  const shape = [flights.length];
  const texts = (name: 'carrier' | 'origin' | 'dest' | 'tailnum') =>
    ({ name, shape, datatype: 'BYTES', data: flights.map((flight) => flight[name]) }) as const;
  return {
    inputs: [
      { name: 'flight_id', shape, datatype: 'INT64', data: flights.map((flight) => flight.flightId) },
      texts('carrier'),
      texts('origin'),
      texts('dest'),
      texts('tailnum'),
    ],
    outputs: outputs.map((name) => ({ name })),
  };
}

/** The chance of each flight that was asked for. */
export function probabilitiesOf(answer: InferAnswer): Float64Array {
  return dataOf(answer, 'probability');
}

function dataOf(answer: InferAnswer, name: string): Float64Array {
  const tensor = answer.outputs.find((output) => output.name === name);
  if (tensor === undefined) throw new Error(`the prediction has no output "${name}"`);
  return Float64Array.from(tensor.data, Number);
}

function outputsOf(
  answer: InferAnswer,
  rows: number,
): { probabilities: Float64Array; vectors: readonly Float32Array[] } {
  const flat = Float32Array.from(dataOf(answer, 'vector'));
  const length = flat.length / rows;
  const vectors = Array.from({ length: rows }, (_, row) => flat.subarray(row * length, (row + 1) * length));
  return { probabilities: probabilitiesOf(answer), vectors };
}

function microseconds(timestamp: string): bigint {
  const value = parseTimestamp(timestamp);
  if (value === null) throw new Error(`"${timestamp}" is no time`);
  return value;
}
