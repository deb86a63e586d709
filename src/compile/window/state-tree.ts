import type { Aggregate, AggregateRows } from '../aggregate/aggregate.js';
import { FAN_OUT, firstChild, type RowTree } from './row-tree.js';

/** The states of one aggregate in the nodes of a tree, each merged from those below when it is first asked for. */
export class StateTree {
  private readonly states: unknown[] = [];

  /** @param places For each row of the tree its place in `rows`; null where that is the same. */
  constructor(
    private readonly tree: RowTree,
    private readonly aggregate: Aggregate,
    private readonly rows: AggregateRows,
    private readonly places: Int32Array | null,
  ) {}

  /** Adds rows and nodes to a state: the first `length` of `ids`. */
  addTo(state: unknown, ids: Int32Array, length: number): void {
    const { aggregate, rows, places } = this;
    const { rowCount } = this.tree;
    for (let i = 0; i < length; i++) {
      const id = ids[i]!;
      if (id < rowCount) aggregate.add(state, rows, places === null ? id : places[id]!);
      else aggregate.merge(state, this.stateOf(id));
    }
  }

  private stateOf(id: number): unknown {
    const place = id - this.tree.rowCount;
    this.states[place] ??= this.made(id);
    return this.states[place];
  }

  private made(id: number): unknown {
    const { aggregate, rows, places, tree } = this;
    const level = tree.firsts.findLastIndex((first) => first <= id);
    const state = aggregate.create();
    const child = firstChild(tree, id, level);
    for (let i = child; i < child + FAN_OUT; i++) {
      if (level === 1) aggregate.add(state, rows, places === null ? i : places[i]!);
      else aggregate.merge(state, this.stateOf(i));
    }
    return state;
  }
}
