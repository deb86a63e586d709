import type { BenchResult } from '../../../bench/conditions.js';
import { online } from '../../../bench/peers/online.js';

/** The share of a benchmark that proves something. */
export const FULL_SIZE = 1;

let run: Promise<BenchResult> | undefined;

/** One run of lookups for all checks that look at it; its figures are medians of repetitions. */
export function onlineOnce(): Promise<BenchResult> {
  run ??= online(FULL_SIZE);
  return run;
}
