import { LOW, productError, sumError } from './double-double.js';

/** 1 − x² = (1 − x)(1 + x) of a number from 0 to 1, as a double-double; relative error below 2^-100. */
export function oneMinusSquare(x: number): number {
  const [below, above] = [1 - x, 1 + x];
  const product = below * above;
  const low =
    productError(below, above, product) + below * sumError(1, x, above) + above * sumError(1, -x, below);
  const result = product + low;
  LOW[0] = low - (result - product);
  return result;
}
