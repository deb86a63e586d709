import { loadavg } from 'node:os';

/** What a benchmark found; `ok` is false when its answers differ from the reference. */
export type BenchResult = {
  readonly ok: boolean;
  readonly metrics: Readonly<Record<string, number>>;
};

/** How busy and how fast the machine is: printed beside every absolute figure. */
type Conditions = { readonly load1: number; readonly calibrationMs: number };

/** Iterations of the calibration loop: some 100 ms on a machine of 2024. */
const CALIBRATION_STEPS = 50_000_000;

/** The load average of the last minute, and the time of a fixed loop. */
export function conditions(): Conditions {
  const startedMs = performance.now();
  let state = 1;
  for (let i = 0; i < CALIBRATION_STEPS; i++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
  const calibrationMs = performance.now() - startedMs;
  // The state is used, so that the loop cannot be left out.
  return {
    load1: loadavg()[0]!,
    calibrationMs: Math.round(calibrationMs * 10) / 10 + (state === 0 ? 1e-9 : 0),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** The value that so much of all, 0 to 1, does not exceed; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
