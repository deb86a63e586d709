import type { Aggregate, AggregateRows } from '../../compile/aggregate/aggregate.js';
import type { WindowedEntry, WindowedServiceFeature } from '../../compile/service-reads.js';
import { type Column, valueAt } from '../../definition/column-batch.js';
import { floorDivided } from '../../definition/floor-divided.js';
import { jsonOf } from '../../definition/json-value.js';
import type { Value } from '../../definition/value.js';
import type { KeyRows } from '../../offline/store.js';

/** One tile of a hop: the rows with `afterUs` < event time ≤ `throughUs`, microseconds (S20). */
export type Tile = { readonly afterUs: bigint; readonly throughUs: bigint; readonly rows: readonly number[] };

/** What the rows of a key give to one windowed feature, by the plain algebra: a state, rows added to it one by one (S21). */
export class WindowValue {
  private readonly aggregate: Aggregate;
  private readonly added: AggregateRows;
  private readonly passes: (row: number) => boolean;

  constructor(
    { featureSet }: WindowedEntry,
    private readonly feature: WindowedServiceFeature,
    private readonly rows: KeyRows,
  ) {
    const inputs = featureSet.kernel(rows.rows).columns;
    const state = featureSet.states[feature.state]!;
    const inputOf = (name: string | null) => (name === null ? null : inputs.get(name)!);
    const { filter, argument, category } = state;
    const { rowCount } = rows.rows;
    this.added = {
      rowCount,
      argument: inputOf(argument),
      category: inputOf(category),
      orders: rows.orders,
    };
    const passing = inputOf(filter);
    this.passes = (row) => passing === null || valueAt(passing, row) === true;
    this.aggregate = state.aggregate;
  }

  /** Whether a row passes the filter. */
  isTaken(row: number): boolean {
    return this.passes(row);
  }

  /** What is aggregated of a row, as JSON has it, null of COUNT(*); and of aggregates by category its category. */
  shown(row: number): { readonly value: unknown; readonly category?: unknown } {
    const { argument, category } = this.added;
    const json = (column: Column): unknown => jsonOf(column.type, valueAt(column, row));
    const value = argument === null ? null : json(argument);
    return category === null ? { value } : { value, category: json(category) };
  }

  /** The rows among some, the newest first, that the feature is computed of: those that pass, and of exact windows the newest. */
  counted(among: readonly number[]): readonly number[] {
    const passing = among.filter((row) => this.passes(row));
    return this.feature.max === null ? passing : passing.slice(0, this.feature.max);
  }

  /** The value of some rows, the newest first, before the default. */
  of(among: readonly number[]): Value {
    const state = this.aggregate.create();
    for (const row of this.counted(among)) this.aggregate.add(state, this.added, row);
    return this.feature.finish(state);
  }

  /** Some rows by the tiles of the window's hop, the newest first. */
  tilesOf(among: readonly number[]): readonly Tile[] {
    const { hopUs } = this.feature.window;
    const byTile = Map.groupBy(among, (row) => floorDivided(this.rows.orders.eventTimes[row]! - 1n, hopUs));
    return [...byTile].map(([number, rows]) => ({
      afterUs: number * hopUs,
      throughUs: (number + 1n) * hopUs,
      rows,
    }));
  }
}
