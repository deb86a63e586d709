/** Requests at a steady rate. */
export type Pace = { readonly requestsPerSecond: number; readonly requests: number };

/** So many of the requests are due, the last of them at `dueMs` by {@link monotonicMs}. */
export type Due = { readonly requests: number; readonly dueMs: number };

/** Milliseconds of a clock that all threads share and that never steps. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
