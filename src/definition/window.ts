import { floorDivided } from './floor-divided.js';

/** Which rows a windowed feature sees, by event time (S20). All members are microseconds. */
export type Window = {
  /** W; null is `lifetime`: every row. */
  readonly sizeUs: bigint | null;
  /** H: the tail moves in hops; 1 makes the window exact. */
  readonly hopUs: bigint;
  /** How far the whole window lies in the past; 0 is up to T. Of a label −W: it lies ahead, (T, T + W]. */
  readonly offsetUs: bigint;
};

/** Rows with `afterUs` < event time ≤ `throughUs`; null is without a beginning. */
export type Span = { readonly afterUs: bigint | null; readonly throughUs: bigint };

/**
 * The span of a window as of T: (⌊(T − W) / H⌋ · H, T]; with an offset the head is floored too, and the tail lies ⌈W / H⌉
 * hops behind it (S20).
 */
export function spanOf({ sizeUs, hopUs, offsetUs }: Window, tUs: bigint): Span {
  if (offsetUs === 0n)
    return { afterUs: sizeUs === null ? null : floorTo(tUs - sizeUs, hopUs), throughUs: tUs };
  const throughUs = floorTo(tUs - offsetUs, hopUs);
  const hops = sizeUs === null ? null : -floorDivided(-sizeUs, hopUs);
  return { afterUs: hops === null ? null : throughUs - hops * hopUs, throughUs };
}

/** Hop of windows up to a size, the first that fits (S20). */
const DEFAULT_HOPS: readonly (readonly [upToUs: bigint, hopUs: bigint])[] = [
  [600_000_000n, 1_000_000n],
  [3_600_000_000n, 60_000_000n],
  [43_200_000_000n, 300_000_000n],
  [1_036_800_000_000n, 3_600_000_000n],
];

const DAY_US = 86_400_000_000n;
const SHORTEST_WITH_DEFAULT_US = 1_000_000n;

/** The hop of a window that declares none; null where one is required, below a second (S20). */
export function defaultHopUs(sizeUs: bigint | null): bigint | null {
  if (sizeUs === null) return DAY_US;
  if (sizeUs < SHORTEST_WITH_DEFAULT_US) return null;
  return DEFAULT_HOPS.find(([upToUs]) => sizeUs <= upToUs)?.[1] ?? DAY_US;
}

/** The greatest multiple of `step` that is not above `us`; ⌊⌋ towards −∞. */
export function floorTo(us: bigint, step: bigint): bigint {
  return floorDivided(us, step) * step;
}
