import type { Architecture } from './architecture.js';
import type { Matrix } from './runtime.js';

/** Rows of a vector, taken apart as a model takes them. */
export type NetworkInputs = {
  readonly rows: number;
  /** Numbers of the deep part, row after row. */
  readonly numbers: Float32Array;
  /** One a deep embedding, an index a row. */
  readonly indices: readonly Int32Array[];
  /** Numbers of the wide part, row after row. */
  readonly wideNumbers: Float32Array;
  /** One a wide index, an index a row. */
  readonly wideIndices: readonly Int32Array[];
};

/** Takes vectors apart; where the deep part takes all of them, its numbers are the vectors themselves. */
export function networkInputs({ deep, wide, width }: Architecture, vectors: Matrix): NetworkInputs {
  const numbersAt = (slots: readonly number[]): Float32Array => numbersOf(vectors, slots);
  const indexAt = ({ slot }: { readonly slot: number }): Int32Array =>
    Int32Array.from({ length: vectors.rows }, (_, row) => vectors.values[row * width + slot]!);
  return {
    rows: vectors.rows,
    numbers: deep.numbers.length === width ? vectors.values : numbersAt(deep.numbers),
    indices: deep.embeddings.map(indexAt),
    wideNumbers: numbersAt(wide?.numbers ?? []),
    wideIndices: (wide?.indices ?? []).map(indexAt),
  };
}

/** Makes batches of chosen rows; a batch holds until the next one is made: its memory is used again. */
export function batcher(inputs: NetworkInputs, largest: number): (rows: Uint32Array) => NetworkInputs {
  const numbers = floatsBatcher(inputs.numbers, inputs.rows, largest);
  const wideNumbers = floatsBatcher(inputs.wideNumbers, inputs.rows, largest);
  const pick = (chosen: Uint32Array): ((values: Int32Array) => Int32Array) => {
    return (values) => Int32Array.from(chosen, (row) => values[row]!);
  };
  return (rows) => ({
    rows: rows.length,
    numbers: numbers(rows),
    indices: inputs.indices.map(pick(rows)),
    wideNumbers: wideNumbers(rows),
    wideIndices: inputs.wideIndices.map(pick(rows)),
  });
}

/** Rows `from` to `to` (not included), sharing the memory. */
export function rowsBetween(inputs: NetworkInputs, from: number, to: number): NetworkInputs {
  const part = (values: Float32Array): Float32Array => {
    const width = values.length / inputs.rows;
    return values.subarray(from * width, to * width);
  };
  const cut = (values: Int32Array): Int32Array => values.subarray(from, to);
  return {
    rows: to - from,
    numbers: part(inputs.numbers),
    indices: inputs.indices.map(cut),
    wideNumbers: part(inputs.wideNumbers),
    wideIndices: inputs.wideIndices.map(cut),
  };
}

function numbersOf({ rows, width, values }: Matrix, slots: readonly number[]): Float32Array {
  const numbers = new Float32Array(rows * slots.length);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (const slot of slots) numbers[to++] = values[row * width + slot]!;
  }
  return numbers;
}

function floatsBatcher(
  values: Float32Array,
  rows: number,
  largest: number,
): (rows: Uint32Array) => Float32Array {
  const width = values.length / rows;
  const memory = new Float32Array(largest * width);
  // Bits are copied, not numbers: a number would be widened to a double and rounded back.
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const into = new Int32Array(memory.buffer);
  return (chosen) => {
    let to = 0;
    for (let at = 0; at < chosen.length; at++) {
      const from = chosen[at]! * width;
      for (let place = 0; place < width; place++) into[to + place] = bits[from + place]!;
      to += width;
    }
    return memory.subarray(0, to);
  };
}
