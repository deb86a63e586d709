import { ExportRefusal } from '../export-refusal.js';

/** A number that a graph computes with as it is: of float32's range, and not so small that engines make it 0. */
export function requireFloat32(value: number, what: string): number {
  const magnitude = Math.abs(value);
  if (value === 0 || (magnitude >= FLOAT32_LEAST && magnitude <= FLOAT32_MAX)) return value;
  throw new ExportRefusal(`${what} ${value} is beyond the range of float32; ${REMEDY}`);
}

/** The same for a number that is added or compared with, where a tiny one is as good as 0. */
export function requireBelowFloat32Max(value: number, what: string): number {
  return Math.abs(value) < FLOAT32_LEAST ? value : requireFloat32(value, what);
}

export const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127;

/** The least normal float32: WebAssembly and GPUs may flush what is smaller to 0. */
const FLOAT32_LEAST = 2 ** -126;

const REMEDY = 'multiply or divide the feature by a power of ten first';
