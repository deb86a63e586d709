import { Int64, makeData, Table, TimestampMicrosecond, Utf8, Vector, vectorFromArray } from 'apache-arrow';

/** Arrivals this many minutes late, or more, are what the model predicts. */
export const LATE_MINUTES = 15n;

/** The keys of everything that is known about a flight. */
export type FrameRow = {
  readonly flightId: bigint;
  readonly carrier: string;
  readonly origin: string;
  readonly dest: string;
  readonly tailnum: string | null;
};

/** A frame that asks for every row's features as of one instant. */
export function frameAsOf(rows: readonly FrameRow[], asOfUs: bigint): Table {
  const flightId = BigInt64Array.from(rows, (row) => row.flightId);
  const asOf = new BigInt64Array(rows.length).fill(asOfUs);
  const texts = (name: 'carrier' | 'origin' | 'dest' | 'tailnum'): Vector =>
    vectorFromArray(
      rows.map((row) => row[name]),
      new Utf8(),
    );
  return new Table({
    flight_id: new Vector([makeData({ type: new Int64(), data: flightId })]),
    carrier: texts('carrier'),
    origin: texts('origin'),
    dest: texts('dest'),
    tailnum: texts('tailnum'),
    as_of: new Vector([makeData({ type: new TimestampMicrosecond('UTC'), data: asOf })]),
  });
}

/** The probabilities of a `vectors` answer. */
export function predictionsOf(answer: Table): Float64Array {
  return Float64Array.from(columnOf(answer, 'probability').toArray());
}

/** The model inputs of a `vectors` answer, one a row. */
export function vectorsOf(answer: Table): readonly Float32Array[] {
  const column = columnOf(answer, 'vector');
  return Array.from({ length: answer.numRows }, (_, row) => Float32Array.from(column.get(row)));
}

/** Whether numbers are the same bits; -0.0 and 0.0 differ here. */
export function sameBits(a: Float32Array | Float64Array, b: Float32Array | Float64Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
    Buffer.from(b.buffer, b.byteOffset, b.byteLength),
  );
}

/** The label of a flight by its arrival delay in minutes. */
export function isLate(delay: unknown): 0 | 1 {
  return typeof delay === 'bigint' && delay >= LATE_MINUTES ? 1 : 0;
}

function columnOf(table: Table, name: string): Vector {
  const column = table.getChild(name);
  if (column === null) {
    const names = table.schema.fields.map((field) => field.name).join(', ');
    throw new Error(`the table has no column "${name}"; it has ${names}`);
  }
  return column;
}
