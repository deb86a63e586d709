import { PlumblineError } from '../../definition/error.js';
import type { OrderColumns } from '../aggregate/aggregate.js';
import type { WindowedFeature, WindowState } from '../windowed-feature-set.js';
import { ChainBounds } from './chain-bounds.js';
import { ChainMarks } from './chain-marks.js';
import { ChainWalk } from './chain-walk.js';
import type { Extremes } from './extremes.js';
import type { Instants } from './instants.js';
import type { Lane } from './lane.js';
import { StateTree } from './state-tree.js';
import type { WindowChain } from './window-chains.js';
import type { WindowRows, WindowRule } from './window-rows.js';

/** What is computed of windows: features, and the states that they name by place. */
export type WindowsAsked = {
  readonly features: readonly WindowedFeature[];
  readonly states: readonly WindowState[];
};

/** One chain over its lane, and what is asked of it. */
export type WindowWork = {
  readonly bounds: ChainBounds;
  /** By the created times; what they tell is the answer, or but counted. */
  readonly byKnown: ChainWalk | null;
  /** By what was served. */
  readonly byServed: ChainWalk | null;
  readonly marks: ChainMarks;
  readonly assumed: Extremes | null;
  readonly visible: { readonly earliest: Extremes; readonly latest: Extremes } | null;
  /** Places of the chain's features. */
  readonly places: readonly number[];
  /** As the chain has it. */
  readonly completeAfterUs: bigint | null;
};

type WorkParts = {
  readonly asked: WindowsAsked;
  readonly rows: WindowRows;
  readonly rule: WindowRule;
  readonly lane: Lane;
  readonly chain: WindowChain;
  /** By the places of the states. */
  readonly trees: ReadonlyMap<number, StateTree>;
  /** As {@link assumedTimes} has them; null where nobody asks, or there is none. */
  readonly assumed: Instants | null;
};

/** One chain of what is asked. */
export function windowWork({ asked, rows, rule, lane, chain, trees, assumed }: WorkParts): WindowWork {
  const states = chain.states.map((state) => ({
    aggregate: asked.states[state]!.aggregate,
    tree: trees.get(state)!,
  }));
  const bounds = new ChainBounds(chain, lane);
  const extremes = (values: Instants | null): Extremes | null =>
    values === null ? null : lane.extremesOf(values);
  const walk = (from: Extremes | null): ChainWalk =>
    new ChainWalk({ chain, lane, bounds, from, states, features: asked.features });
  const known = extremes(rows.createdTimes);
  const { visible } = rows;
  return {
    bounds,
    byKnown: rule === 'served' && known === null ? null : walk(known),
    byServed: rule === 'served' ? walk(extremes(rows.servedFrom)) : null,
    marks: new ChainMarks(chain, lane, bounds, known),
    assumed: extremes(assumed),
    visible:
      visible === null
        ? null
        : { earliest: lane.extremesOf(visible.earliest), latest: lane.extremesOf(visible.latest) },
    places: chain.steps.flatMap((step) => step.features.map(({ place }) => place)),
    completeAfterUs: chain.completeAfterUs,
  };
}

/** Trees over the rows of a lane by the places of their states: those that some chains name. */
export function stateTrees(
  { states }: WindowsAsked,
  { rowCount, inputs, orders }: WindowRows,
  lane: Lane,
  chains: readonly WindowChain[],
): ReadonlyMap<number, StateTree> {
  const trees = new Map<number, StateTree>();
  for (const place of new Set(chains.flatMap((chain) => chain.states))) {
    const { aggregate, argument, category } = states[place]!;
    if (aggregate.isOrdered && orders === null) {
      throw new PlumblineError('INTERNAL', `${aggregate.family} is asked of rows without their order`);
    }
    const inputOf = (name: string | null) => (name === null ? null : inputs.get(name)!);
    const rows = {
      rowCount,
      argument: inputOf(argument),
      category: inputOf(category),
      orders: orders ?? NO_ORDERS,
    };
    trees.set(place, new StateTree(lane.tree, aggregate, rows, lane.places));
  }
  return trees;
}

/** Nobody reads them. */
const NO_ORDERS: OrderColumns = {
  eventTimes: new BigInt64Array(0),
  orderTimes: new BigInt64Array(0),
  orderColumn: null,
  sequences: new BigInt64Array(0),
};

/** Later than every T. */
const BEYOND_ALL = 2n ** 63n - 1n;

/** The created time where it is an assumption, beyond every T elsewhere. */
export function assumedTimes({ eventTimes, createdTimes, createdAssumed }: WindowRows): Instants {
  const times = createdTimes ?? eventTimes;
  const isAssumed = (row: number): boolean => createdAssumed![row] === 1;
  return times instanceof Float64Array
    ? times.map((us, row) => (isAssumed(row) ? us : Number.POSITIVE_INFINITY))
    : times.map((us, row) => (isAssumed(row) ? us : BEYOND_ALL));
}
