import type { Value } from '../../definition/value.js';
import type { Aggregate } from '../aggregate/aggregate.js';
import type { WindowedFeature } from '../windowed-feature-set.js';
import { chainBounds } from './chain-bounds.js';
import { Cover } from './cover.js';
import type { Extremes } from './extremes.js';
import type { Lane } from './lane.js';
import type { StateTree } from './state-tree.js';
import type { WindowChain, WindowStep } from './window-chains.js';

/** One question: of which key, as of which T, with rows known up to which instant, or place in the log. */
export type WindowQuestion = { readonly key: number; readonly tUs: bigint; readonly through: bigint };

/** Takes the values of one question by the place of their feature, each once. */
export type ValueSink = {
  /** Of a span whose rows are all known, or where nobody asks for others, of those that are. */
  readonly known: (feature: number, value: Value) => void;
  /** Of the rows that are known, and of all, where some are not; null where nobody asks. */
  readonly both: ((feature: number, known: Value, all: Value) => void) | null;
};

export type ChainParts = {
  readonly chain: WindowChain;
  readonly lane: Lane;
  /** From when on each row of the lane is known; null: all always are. */
  readonly from: Extremes | null;
  /** The states that the chain names, in its order. */
  readonly states: readonly { readonly aggregate: Aggregate; readonly tree: StateTree }[];
  /** What the places of the chain's steps are of. */
  readonly features: readonly WindowedFeature[];
};

/** Computes the features of one chain, window by window outwards: what one merged is the beginning of the next. */
export class ChainWalk {
  private readonly bounds: Int32Array;
  private readonly cover: Cover;
  /** Values of no rows, by the place of the feature. */
  private readonly ofNothing: readonly Value[];
  /** The merged states of known rows; null while there are none. */
  private known: unknown[] | null = null;
  /** Those of all rows; null while all are known. */
  private all: unknown[] | null = null;

  constructor(private readonly parts: ChainParts) {
    const { chain, lane, from, states, features } = parts;
    this.bounds = new Int32Array(chain.steps.length + 1);
    this.cover = new Cover(lane.tree, from);
    const nothing: Value[] = [];
    for (const step of chain.steps) {
      for (const { place, state } of step.features) {
        nothing[place] = features[place]!.finish(states[state]!.aggregate.create());
      }
    }
    this.ofNothing = nothing;
  }

  ask(question: WindowQuestion, sink: ValueSink): void {
    const { chain, lane } = this.parts;
    this.known = null;
    this.all = null;
    chainBounds(chain, lane, question, this.bounds);
    if (chain.max !== null) this.askNewest(question, sink, chain.max);
    else this.askAll(question, sink);
  }

  private askAll({ through }: WindowQuestion, sink: ValueSink): void {
    const { steps } = this.parts.chain;
    for (let i = 0; i < steps.length; i++) {
      this.cover.take(this.bounds[i + 1]!, this.bounds[i]!, through);
      if (this.cover.unknown.length > 0 && sink.both !== null) this.all ??= this.copied();
      if (this.cover.known.length > 0) {
        this.known ??= this.created();
        this.addKnown(this.known);
        if (this.all !== null) this.addKnown(this.all);
      }
      if (this.all !== null) this.addUnknown(this.all);
      this.give(steps[i]!, sink);
    }
  }

  /** Of an exact window the newest rows that are known, which need not be the newest ones. */
  private askNewest({ through: bound }: WindowQuestion, sink: ValueSink, count: number): void {
    const [end, start] = [this.bounds[0]!, this.bounds[1]!];
    const { cover } = this;
    const first = Math.max(start, end - count);
    cover.take(first, end, bound);
    if (cover.unknown.length > 0 && sink.both !== null) {
      this.all = this.created();
      this.addKnown(this.all);
      this.addUnknown(this.all);
    }
    if (cover.unknown.length > 0) cover.take(cover.startOfNewest(start, end, { bound, count }), end, bound);
    if (cover.known.length > 0) {
      this.known = this.created();
      this.addKnown(this.known);
    }
    this.give(this.parts.chain.steps[0]!, sink);
  }

  private give(step: WindowStep, sink: ValueSink): void {
    const { known, all } = this;
    for (const { place, state } of step.features) {
      const { finish } = this.parts.features[place]!;
      const value = known === null ? this.ofNothing[place]! : finish(known[state]);
      if (all === null) sink.known(place, value);
      else sink.both!(place, value, finish(all[state]));
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

  private addKnown(into: unknown[]): void {
    const { ids, length } = this.cover.known;
    for (let i = 0; i < into.length; i++) this.parts.states[i]!.tree.addTo(into[i], ids, length);
  }

  private addUnknown(into: unknown[]): void {
    const { ids, length } = this.cover.unknown;
    for (let i = 0; i < into.length; i++) this.parts.states[i]!.tree.addTo(into[i], ids, length);
  }
}
