import type { Aggregate, AggregateRows } from '../aggregate/aggregate.js';
import type { CoverPart } from './cover.js';
import { FAN_OUT, firstChild, type RowTree, rowsAt } from './row-tree.js';
import type { Pace, Steps } from './steps.js';

/** The states of one aggregate in the nodes of a tree, each merged from those below when it is first asked for. */
export class StateTree {
  /** By the numbers of nodes less the number of rows. */
  private readonly states: unknown[];
  private readonly children = new Int32Array(FAN_OUT);

  /** @param places For each row of the tree its place in `rows`; null where that is the same. */
  constructor(
    private readonly tree: RowTree,
    private readonly aggregate: Aggregate,
    private readonly rows: AggregateRows,
    private readonly places: Int32Array | null,
  ) {
    this.states = new Array<unknown>(tree.size - tree.rowCount);
  }

  /** Adds rows and nodes to a state. */
  addTo(state: unknown, { rows, nodes }: CoverPart): void {
    const { aggregate } = this;
    if (rows.length > 0) aggregate.addRows(state, this.rows, rows.ids, rows.length);
    for (let i = 0; i < nodes.length; i++) aggregate.merge(state, this.stateOf(nodes.ids[i]!));
  }

  /** Whether the state of a node is made, and so are those below. */
  has(id: number): boolean {
    return this.states[id - this.tree.rowCount] !== undefined;
  }

  /** Makes the state of a node, however many rows it is of, piece by piece. */
  *prepare(id: number, pace: Pace): Steps<void> {
    if (this.has(id)) return;
    const level = this.levelOf(id);
    if (level > LEVEL_AT_ONCE) {
      const child = firstChild(this.tree, id, level);
      for (let i = child; i < child + FAN_OUT; i++) yield* this.prepare(i, pace);
    }
    this.stateOf(id);
    if (pace.isDue(rowsAt(Math.min(level, LEVEL_AT_ONCE)))) yield;
  }

  private stateOf(id: number): unknown {
    const place = id - this.tree.rowCount;
    this.states[place] ??= this.made(id);
    return this.states[place];
  }

  private made(id: number): unknown {
    const { aggregate, rows, tree } = this;
    const level = this.levelOf(id);
    const state = aggregate.create();
    const child = firstChild(tree, id, level);
    if (level === 1) aggregate.addRows(state, rows, this.placesFrom(child), FAN_OUT);
    else for (let i = child; i < child + FAN_OUT; i++) aggregate.merge(state, this.stateOf(i));
    return state;
  }

  /** The places of a node's rows, in memory that is used again. */
  private placesFrom(row: number): Int32Array {
    const { places, children } = this;
    if (places !== null) return places.subarray(row, row + FAN_OUT);
    for (let i = 0; i < FAN_OUT; i++) children[i] = row + i;
    return children;
  }

  private levelOf(id: number): number {
    return this.tree.firsts.findLastIndex((first) => first <= id);
  }
}

/** The states of nodes up to this level are made in one piece. */
const LEVEL_AT_ONCE = 3;

/** Rows of the nodes that are made in one piece, 4,096. */
export const ROWS_AT_ONCE = rowsAt(LEVEL_AT_ONCE);
