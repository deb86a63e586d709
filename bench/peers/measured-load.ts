import { median } from '../conditions.js';
import { type LoadFigures, sendLoad } from '../http-load.js';
import { treeCpuSeconds, treeRssMiB } from '../process-usage.js';
import type { FeastServer } from './feast.js';

/** Requests that are under way at a time. */
export const CONNECTIONS = 16;

/** What a closed load saw, and what its server used for it. */
export type MeasuredLoad = LoadFigures & {
  readonly perSecond: number;
  /** Milliseconds of CPU of the server's processes a request. */
  readonly cpuMs: number;
  readonly rssMiB: number;
};

type LoadOf = { readonly requests: number; readonly request: (i: number) => Buffer };

/** Sends a closed load over {@link CONNECTIONS} connections. */
export async function measuredLoad(
  server: FeastServer,
  { requests, request }: LoadOf,
): Promise<MeasuredLoad> {
  const { host, port, pid } = server;
  const before = await treeCpuSeconds(pid);
  const figures = await sendLoad({ host, port, connections: CONNECTIONS, requests, request });
  const cpuMs = (((await treeCpuSeconds(pid)) - before) * 1000) / requests;
  return { ...figures, perSecond: requests / figures.seconds, cpuMs, rssMiB: await treeRssMiB(pid) };
}

/** The median of one figure over repetitions. */
export function medianOf<K extends string>(runs: readonly Readonly<Record<K, number>>[], name: K): number {
  return median(runs.map((run) => run[name]));
}
