import type { InferAnswer, InferRequest, Row, Tensor } from './wire.js';

type OutputValue = number | boolean | string;

/** The outputs of one row: `probability`, `label`, `probabilities`, `prediction`, `vector`, whichever were asked for. */
export type PredictedRow = Readonly<Record<string, OutputValue | readonly OutputValue[]>>;

/** Rows as the tensors that a model takes; what a row lacks is NULL. */
export function predictionTensors(
  inputs: readonly Pick<Tensor<unknown>, 'name' | 'datatype'>[],
  rows: readonly Row[],
): InferRequest['inputs'] {
  return inputs.map(({ name, datatype }) => ({
    name,
    datatype,
    shape: [rows.length],
    data: rows.map((row) => row[name] ?? null),
  }));
}

/** The outputs of each row; those of shape `[rows, n]` as arrays. */
export function predictedRows({ outputs }: InferAnswer, rows: number): readonly PredictedRow[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(outputs.map((tensor) => [tensor.name, outputAt(tensor, row)])),
  );
}

function outputAt({ shape, data }: Tensor<OutputValue>, row: number): OutputValue | readonly OutputValue[] {
  const width = shape[1];
  return width === undefined ? data[row]! : data.slice(row * width, (row + 1) * width);
}
