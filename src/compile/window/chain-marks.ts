import type { ChainBounds } from './chain-bounds.js';
import { Cover } from './cover.js';
import { anyBetween, type Extremes } from './extremes.js';
import type { Instant } from './instants.js';
import type { Lane } from './lane.js';
import type { WindowChain } from './window-chains.js';

/** Finds for the windows of a chain whether one of their rows is of a certain kind. */
export class ChainMarks {
  private readonly cover: Cover;

  /**
   * @param bounds Where the windows lie as of the question that is asked.
   * @param known From when on each row is known; null: all always are.
   */
  constructor(
    private readonly chain: WindowChain,
    private readonly lane: Lane,
    private readonly bounds: ChainBounds,
    known: Extremes | null,
  ) {
    this.cover = new Cover(lane.tree, known, lane.places);
  }

  /** Marks the features that rest on a row known by `bound` whose value in `of` is at most that. */
  markAtMost(bound: Instant, of: Extremes, mark: (feature: number) => void): void {
    const { max } = this.chain;
    this.markWhere(mark, (start, end) => {
      const first = max === null ? start : this.cover.startOfNewest(start, end, { bound, count: max });
      return of.anyAtMost(first, end, bound);
    });
  }

  /**
   * Marks the features with a row in their span that may have been visible at T and may not; in an exact window also where
   * newer ones may have taken its place.
   */
  markUncertain(
    t: Instant,
    visible: { readonly earliest: Extremes; readonly latest: Extremes },
    mark: (feature: number) => void,
  ): void {
    this.markWhere(mark, (start, end) => anyBetween(this.lane.tree, visible, { start, end }, t));
  }

  private markWhere(mark: (feature: number) => void, test: (start: number, end: number) => boolean): void {
    const { at } = this.bounds;
    let found = false;
    this.chain.steps.forEach((step, i) => {
      // Each window contains the one before.
      found ||= test(at[i + 1]!, at[i]!);
      if (found) for (const { place } of step.features) mark(place);
    });
  }
}
