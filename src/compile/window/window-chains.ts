import type { WindowedFeature, WindowState } from '../windowed-feature-set.js';

/**
 * Windows that lie in one another: all end at the same instant, and each contains the one before. What was merged for one is
 * the beginning of the next.
 */
export type WindowChain = {
  readonly steps: readonly WindowStep[];
  /** Places of the states that its features need. */
  readonly states: readonly number[];
  /** Only that many of the newest rows count; null is all. Such a chain has one step. */
  readonly max: number | null;
  /** Of labels how long after T they are complete, microseconds; null of windows that look back. */
  readonly completeAfterUs: bigint | null;
};

/** One window and the features over it. */
export type WindowStep = {
  readonly window: WindowedFeature['window'];
  /** By their places in the list of features; `state` is a place in the chain's states. */
  readonly features: readonly { readonly place: number; readonly state: number }[];
};

/** The chains over the rows that pass one filter. */
export type FilteredChains = { readonly filter: string | null; readonly chains: readonly WindowChain[] };

/** Sorts features into chains. */
export function windowChains(
  features: readonly WindowedFeature[],
  states: readonly WindowState[],
): readonly FilteredChains[] {
  const placed = features.map((feature, place) => ({ feature, place }));
  const byFilter = Map.groupBy(placed, ({ feature }) => states[feature.state]!.filter);
  return [...byFilter].map(([filter, mine]) => ({ filter, chains: chainsOf(mine) }));
}

type Placed = { readonly feature: WindowedFeature; readonly place: number };

function chainsOf(features: readonly Placed[]): readonly WindowChain[] {
  const byWindow = Map.groupBy(features, ({ feature: { window, max, completeAfterUs } }) =>
    [window.sizeUs, window.hopUs, window.offsetUs, max, completeAfterUs].join(),
  );
  const windows = [...byWindow.values()].toSorted((a, b) => compareSizes(a[0]!, b[0]!));
  const chains: Placed[][][] = [];
  for (const window of windows) {
    const chain = chains.find((steps) => contains(window[0]!.feature, steps.at(-1)![0]!.feature));
    if (chain === undefined) chains.push([window]);
    else chain.push(window);
  }
  return chains.map(chainOf);
}

function chainOf(steps: readonly (readonly Placed[])[]): WindowChain {
  const states = [...new Set(steps.flat().map(({ feature }) => feature.state))];
  return {
    steps: steps.map((features) => ({
      window: features[0]!.feature.window,
      features: features.map(({ feature, place }) => ({ place, state: states.indexOf(feature.state) })),
    })),
    states,
    max: steps[0]![0]!.feature.max,
    completeAfterUs: steps[0]![0]!.feature.completeAfterUs,
  };
}

/** Whether one window contains another as of every instant, with the same end. */
function contains(wide: WindowedFeature, narrow: WindowedFeature): boolean {
  if (wide.max !== null || narrow.max !== null) return false;
  // Labels have their beginning in common, not their end, and each is complete at an instant of its own.
  if (wide.completeAfterUs !== null || narrow.completeAfterUs !== null) return false;
  const [outer, inner] = [wide.window, narrow.window];
  if (outer.offsetUs !== inner.offsetUs || inner.sizeUs === null) return false;
  // With an offset the end moves in hops.
  if (outer.offsetUs > 0n && outer.hopUs !== inner.hopUs) return false;
  if (outer.sizeUs === null) return true;
  // The tail of the inner one lies at most a hop behind its size, that of the outer one nowhere before it.
  return outer.hopUs === inner.hopUs
    ? outer.sizeUs >= inner.sizeUs
    : outer.sizeUs >= inner.sizeUs + inner.hopUs;
}

function compareSizes({ feature: a }: Placed, { feature: b }: Placed): number {
  if (a.window.sizeUs === null || b.window.sizeUs === null) {
    return Number(a.window.sizeUs === null) - Number(b.window.sizeUs === null);
  }
  return a.window.sizeUs < b.window.sizeUs ? -1 : Number(a.window.sizeUs > b.window.sizeUs);
}
