import type { Value } from '../../definition/value.js';
import type { Aggregate } from '../aggregate/aggregate.js';
import type { WindowedFeature } from '../windowed-feature-set.js';
import type { ChainBounds } from './chain-bounds.js';
import { Cover, type CoverPart } from './cover.js';
import type { Extremes } from './extremes.js';
import type { Instant } from './instants.js';
import type { Lane } from './lane.js';
import { levelFrom, rowsAt } from './row-tree.js';
import { ROWS_AT_ONCE, type StateTree } from './state-tree.js';
import type { Pace, Steps } from './steps.js';
import type { WindowChain, WindowStep } from './window-chains.js';

/** Takes the values of one question by the place of their feature, each once. */
export type ValueSink = {
  /** What was merged of a span whose rows are all known, or where nobody asks for others, of those that are. */
  readonly known: (feature: number, state: unknown) => void;
  /** Of the rows that are known, and of all, where some are not; null where nobody asks. */
  readonly both: ((feature: number, known: Value, all: Value) => void) | null;
};

export type ChainParts = {
  readonly chain: WindowChain;
  readonly lane: Lane;
  /** Where the windows lie as of the question that is asked. */
  readonly bounds: ChainBounds;
  /** From when on each row of the lane is known; null: all always are. */
  readonly from: Extremes | null;
  /** The states that the chain names, in its order. */
  readonly states: readonly { readonly aggregate: Aggregate; readonly tree: StateTree }[];
  /** What the places of the chain's steps are of. */
  readonly features: readonly WindowedFeature[];
};

/** Computes the features of one chain, window by window outwards: what one merged is the beginning of the next. */
export class ChainWalk {
  private readonly cover: Cover;
  /** States of no rows. */
  private readonly nothing: readonly unknown[];
  /** The merged states of known rows; null while there are none. */
  private known: unknown[] | null = null;
  /** Those of all rows; null while all are known. */
  private all: unknown[] | null = null;
  /** Rows and nodes that were added for the question. */
  private added = 0;

  constructor(private readonly parts: ChainParts) {
    const { lane, from } = parts;
    this.cover = new Cover(lane.tree, from, lane.places);
    this.nothing = this.created();
  }

  /** Answers the question that was located, by the rows known up to `through`; gives how much was done, in units of {@link Pace}. */
  ask(through: Instant, sink: ValueSink): number {
    const { chain, states } = this.parts;
    this.known = null;
    this.all = null;
    this.added = 0;
    if (chain.max !== null) this.askNewest(through, sink, chain.max);
    else this.askAll(through, sink);
    return 1 + this.added * states.length;
  }

  /** Makes the states of large nodes that the question may need, piece by piece: `ask` is short then, however many rows there are. */
  *prepare(through: Instant, pace: Pace): Steps<void> {
    const { bounds, chain } = this.parts;
    for (let i = 1; i < bounds.at.length; i++) {
      const end = bounds.at[i - 1]!;
      const start = chain.max === null ? bounds.at[i]! : this.startOfNewest(bounds.at[i]!, end, through);
      yield* this.prepareRows(start, end, pace);
    }
  }

  private *prepareRows(start: number, end: number, pace: Pace): Steps<void> {
    const { lane, states } = this.parts;
    const { firsts } = lane.tree;
    let at = Math.ceil(start / ROWS_AT_ONCE) * ROWS_AT_ONCE;
    while (at + ROWS_AT_ONCE <= end) {
      const level = levelFrom(lane.tree, at, end);
      const rows = rowsAt(level);
      const id = firsts[level]! + at / rows;
      for (const { tree } of states) if (!tree.has(id)) yield* tree.prepare(id, pace);
      at += rows;
    }
  }

  private askAll(through: Instant, sink: ValueSink): void {
    const { chain, bounds } = this.parts;
    const { at } = bounds;
    for (let i = 0; i < chain.steps.length; i++) {
      this.cover.take(at[i + 1]!, at[i]!, through);
      const { known, unknown } = this.cover;
      if (!unknown.isEmpty && sink.both !== null) this.all ??= this.copied();
      if (!known.isEmpty) {
        this.known ??= this.created();
        this.add(this.known, known);
        if (this.all !== null) this.add(this.all, known);
      }
      if (this.all !== null) this.add(this.all, unknown);
      this.give(chain.steps[i]!, sink);
    }
  }

  /** Of an exact window the newest rows that are known, which need not be the newest ones. */
  private askNewest(bound: Instant, sink: ValueSink, count: number): void {
    const { chain, bounds } = this.parts;
    const [end, start] = [bounds.at[0]!, bounds.at[1]!];
    const { cover } = this;
    const first = Math.max(start, end - count);
    cover.take(first, end, bound);
    const isWhole = cover.unknown.isEmpty;
    if (!isWhole && sink.both !== null) {
      this.all = this.created();
      this.add(this.all, cover.known);
      this.add(this.all, cover.unknown);
    }
    if (!isWhole) cover.take(this.startOfNewest(start, end, bound), end, bound);
    if (!cover.known.isEmpty) {
      this.known = this.created();
      this.add(this.known, cover.known);
    }
    this.give(chain.steps[0]!, sink);
  }

  /** The first of the newest rows of an exact window that are known. */
  private startOfNewest(start: number, end: number, bound: Instant): number {
    return this.cover.startOfNewest(start, end, { bound, count: this.parts.chain.max! });
  }

  private give(step: WindowStep, sink: ValueSink): void {
    const known = this.known ?? this.nothing;
    const { all } = this;
    for (const { place, state } of step.features) {
      if (all === null) {
        sink.known(place, known[state]);
      } else {
        const { finish } = this.parts.features[place]!;
        sink.both!(place, finish(known[state]), finish(all[state]));
      }
    }
  }

  private created(): unknown[] {
    return this.parts.states.map(({ aggregate }) => aggregate.create());
  }

  private copied(): unknown[] {
    const copies = this.created();
    const { known } = this;
    if (known === null) return copies;
    this.parts.states.forEach(({ aggregate }, i) => {
      aggregate.merge(copies[i], known[i]);
    });
    return copies;
  }

  private add(into: unknown[], part: CoverPart): void {
    const { states } = this.parts;
    for (let i = 0; i < into.length; i++) states[i]!.tree.addTo(into[i], part);
    this.added += part.rows.length + part.nodes.length;
  }
}
