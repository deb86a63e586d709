import type { AggregateRows } from '../../compile/aggregate/aggregate.js';
import type { WindowState } from '../../compile/windowed-feature-set.js';
import type { Column } from '../../definition/column-batch.js';
import type { TileStates } from './tile-block.js';
import { isTrue, type WindowRows } from './window-rows.js';

/** Adds rows of a batch to the states of a series, those to each that pass its filter. */
export class StateRows {
  private readonly taken: readonly TakenRows[];

  constructor(states: readonly WindowState[], { rowCount, orders, inputs }: WindowRows) {
    const column = (name: string | null): Column | null => (name === null ? null : inputs.get(name)!);
    this.taken = states.map(({ aggregate, argument, category, filter }) => ({
      aggregate,
      rows: { rowCount, orders, argument: column(argument), category: column(category) },
      filter: column(filter),
    }));
  }

  /** State by state: each reads its own columns. */
  add(states: TileStates, rows: readonly number[]): void {
    for (let slot = 0; slot < states.length; slot++) {
      const { aggregate, rows: taken, filter } = this.taken[slot]!;
      for (const row of rows) {
        if (filter !== null && !isTrue(filter, row)) continue;
        states[slot] ??= aggregate.create();
        aggregate.add(states[slot], taken, row);
      }
    }
  }
}

type TakenRows = Pick<WindowState, 'aggregate'> & {
  readonly rows: AggregateRows;
  /** BOOL; null lets every row pass. */
  readonly filter: Column | null;
};
