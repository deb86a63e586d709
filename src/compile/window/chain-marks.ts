import { chainBounds } from './chain-bounds.js';
import type { WindowQuestion } from './chain-walk.js';
import { Cover } from './cover.js';
import { anyBetween, type Extremes } from './extremes.js';
import type { Lane } from './lane.js';
import type { WindowChain } from './window-chains.js';

/** Finds for the windows of a chain whether one of their rows is of a certain kind. */
export class ChainMarks {
  private readonly bounds: Int32Array;
  private readonly cover: Cover;

  /** @param known From when on each row is known; null: all always are. */
  constructor(
    private readonly chain: WindowChain,
    private readonly lane: Lane,
    known: Extremes | null,
  ) {
    this.bounds = new Int32Array(chain.steps.length + 1);
    this.cover = new Cover(lane.tree, known);
  }

  /** Marks the features that rest on a row known by `through` whose value in `of` is at most that. */
  markAtMost(question: WindowQuestion, of: Extremes, mark: (feature: number) => void): void {
    const { through: bound } = question;
    const { max } = this.chain;
    this.markWhere(question, mark, (start, end) => {
      const first = max === null ? start : this.cover.startOfNewest(start, end, { bound, count: max });
      return of.anyAtMost(first, end, bound);
    });
  }

  /**
   * Marks the features with a row in their span that may have been visible at T and may not; in an exact window also where
   * newer ones may have taken its place.
   */
  markUncertain(
    question: WindowQuestion,
    visible: { readonly earliest: Extremes; readonly latest: Extremes },
    mark: (feature: number) => void,
  ): void {
    this.markWhere(question, mark, (start, end) =>
      anyBetween(this.lane.tree, visible, { start, end }, question.tUs),
    );
  }

  private markWhere(
    question: WindowQuestion,
    mark: (feature: number) => void,
    test: (start: number, end: number) => boolean,
  ): void {
    chainBounds(this.chain, this.lane, question, this.bounds);
    let found = false;
    this.chain.steps.forEach((step, i) => {
      // Each window contains the one before.
      found ||= test(this.bounds[i + 1]!, this.bounds[i]!);
      if (found) for (const { place } of step.features) mark(place);
    });
  }
}
