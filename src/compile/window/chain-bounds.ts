import type { Instant } from './instants.js';
import type { Lane } from './lane.js';
import type { WindowChain } from './window-chains.js';
import { WindowSpan } from './window-span.js';

/** Where the windows of a chain lie among the rows of a lane. */
export class ChainBounds {
  /**
   * As of the T last located: `at[0]` is the row behind all windows, `at[1]` the first row of the first window, and so on
   * outwards.
   */
  readonly at: Int32Array;
  private readonly spans: readonly WindowSpan[];

  constructor(
    { steps }: WindowChain,
    private readonly lane: Lane,
  ) {
    this.at = new Int32Array(steps.length + 1);
    this.spans = steps.map(({ window }) => new WindowSpan(window));
  }

  /** Finds the windows of a key as of T; gives how many rows the widest has. */
  locate(key: number, t: Instant): number {
    const { lane, at, spans } = this;
    const { start, end } = lane.rangeOf(key);
    let bound = lane.firstAfter(spans[0]!.through(t), start, end);
    at[0] = bound;
    for (let i = 0; i < spans.length; i++) {
      bound = lane.firstAfter(spans[i]!.after(t), start, bound);
      at[i + 1] = bound;
    }
    return at[0]! - bound;
  }
}
