import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ColumnarKernel, compileColumnarKernel } from '../../compile/kernel.js';
import type { WindowedEntry } from '../../compile/service-reads.js';
import { type Instants, instantsOf } from '../../compile/window/instants.js';
import type { WindowRows } from '../../compile/window/window-rows.js';
import {
  type Column,
  type ColumnBatch,
  columnOf,
  concatBatches,
  sliceRows,
} from '../../definition/column-batch.js';
import type { ValueType } from '../../definition/value-type.js';
import { inputsOf, type RowColumn, readsOrder, type WindowAxis } from './duckdb-window-columns.js';

/** Rows of which inputs are computed in one turn. */
const TURN_ROWS = 16_384;

/** Rows of whole keys, up to the key of that number; all are of the last block's. */
export type WindowBlock = { readonly lastKey: number; readonly rows: WindowRows };

/** Makes blocks of the columns of the table. */
export class BlockReader {
  private readonly kernel: ColumnarKernel;
  private readonly orderColumn: string | null;

  constructor(
    entry: WindowedEntry,
    private readonly columns: readonly RowColumn[],
    private readonly axis: WindowAxis,
  ) {
    this.kernel = compileColumnarKernel(inputsOf(entry));
    this.orderColumn = readsOrder(entry) ? (entry.featureSet.source.orderColumn ?? null) : null;
  }

  /** Those of the number of the key and of each column. */
  get types(): readonly ValueType[] {
    return ['FLOAT64', ...this.columns.map(({ type }) => type)];
  }

  /** @param read Of the types above. */
  async block(
    { rowCount, lastKey }: { readonly rowCount: number; readonly lastKey: number },
    read: readonly Column[],
  ): Promise<WindowBlock> {
    const [keys, ...columns] = read;
    const stamps = new Map(this.columns.map(({ name }, i) => [name, columns[i]!.values]));
    const stamp = (name: string): BigInt64Array | null =>
      (stamps.get(`"~${name}"`) as BigInt64Array | undefined) ?? null;
    const instants = (name: string): Instants | null => {
      const values = stamp(name);
      return values === null ? null : instantsOf(values);
    };
    const named = this.columns.flatMap(({ source }, i): [string, Column][] =>
      source === null ? [] : [[source, columns[i]!]],
    );
    const batch = new Map(named);
    const orderColumn = this.orderColumn === null ? null : batch.get(this.orderColumn)!;
    const eventTimes = instants('event')!;
    const [orderTimes, sequences] = [stamp('order'), stamp('sequence')];
    const [earliest, latest] = [instants('earliest'), instants('latest')];
    return {
      lastKey,
      rows: {
        rowCount,
        keys: keys!.values as Float64Array,
        eventTimes,
        orders:
          orderTimes === null
            ? null
            : { eventTimes: stamp('event')!, orderTimes, orderColumn, sequences: sequences! },
        inputs: await this.computed({ rowCount, columns: batch }),
        createdTimes: lateTimes(instants('created')!, eventTimes),
        createdAssumed: (stamps.get('"~assumed"') as Uint8Array | undefined) ?? null,
        servedFrom: instants(this.axis === 'record' ? 'sequence' : 'served'),
        visible: earliest === null ? null : { earliest, latest: latest! },
      },
    };
  }

  /** No rows, for all keys behind the last one that has some. */
  empty(): Promise<WindowBlock> {
    return this.block(
      { rowCount: 0, lastKey: Number.POSITIVE_INFINITY },
      this.types.map((type) => columnOf(type, [])),
    );
  }

  private async computed(rows: ColumnBatch): Promise<WindowRows['inputs']> {
    if (rows.rowCount <= TURN_ROWS) return this.kernel(rows).columns;
    const parts: ColumnBatch[] = [];
    for (let start = 0; start < rows.rowCount; start += TURN_ROWS) {
      parts.push(this.kernel(sliceRows(rows, start, Math.min(start + TURN_ROWS, rows.rowCount))));
      await nextTurn();
    }
    return concatBatches(parts).columns;
  }
}

/** Created times; null where none is later than its row's event time. */
function lateTimes(created: Instants, events: Instants): Instants | null {
  for (let row = 0; row < created.length; row++) if (created[row]! > events[row]!) return created;
  return null;
}
