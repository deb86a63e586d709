import type { Parameter } from '../parameters.js';

/** Slopes that belong to rows of a parameter, `width` numbers a row, the parameter's from `from` on. */
export type RowSlopes = { readonly slopes: Float32Array; readonly width: number; readonly from: number };

/** Adds each row's slopes to the row of the parameter that it used, in the order of rows. */
export function scatter(
  gradient: Float32Array,
  { offset, shape }: Parameter,
  indices: Int32Array,
  { slopes, width, from }: RowSlopes,
): void {
  const dimension = shape[1]!;
  for (let row = 0; row < indices.length; row++) {
    const to = offset + indices[row]! * dimension;
    const at = row * width + from;
    for (let i = 0; i < dimension; i++) gradient[to + i] = gradient[to + i]! + slopes[at + i]!;
  }
}
