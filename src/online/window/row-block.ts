import type { AggregateRows, OrderColumns } from '../../compile/aggregate/aggregate.js';
import type { RowSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import { type Column, ColumnBuilder } from '../../definition/column-batch.js';
import { readSortableInt64, writeSortableInt64 } from '../../definition/int64-bytes.js';
import type { ValueType } from '../../definition/value-type.js';
import { type RowCodec, rowCodec } from '../row-codec.js';

/**
 * A row of an exact window as bytes: its order (S10), which sorts as its bytes do; a bit for each filter of the series,
 * whether the row passes it; the values of the series' inputs.
 */
type StoredRow = Buffer;

/** Event time, order time, whether there is an order column, order column, sequence. */
const ORDER_BYTES = 33;
const HAS_ORDER_COLUMN_AT = 16;
const ORDER_COLUMN_AT = 17;
const SEQUENCE_AT = 25;

/** The rows of one block, newest first, each behind its length in 4 bytes. */
export class RowBlockCodec {
  private readonly maskBytes: number;
  private readonly types: readonly ValueType[];
  private readonly values: RowCodec;

  constructor(
    { inputs }: WindowedFeatureSet,
    private readonly series: RowSeries,
  ) {
    this.maskBytes = (series.filters.length + 7) >> 3;
    this.types = series.inputs.map((name) => inputs.find((input) => input.name === name)!.expression.type);
    this.values = rowCodec(this.types);
  }

  /** The rows of a stored block, newest first; none of null. */
  decode(bytes: Uint8Array | null): readonly StoredRow[] {
    if (bytes === null) return [];
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const rows: StoredRow[] = [];
    for (let at = 0; at < all.length; ) {
      const start = at + LENGTH_BYTES;
      at = start + all.readUInt32LE(at);
      rows.push(all.subarray(start, at));
    }
    return rows;
  }

  /**
   * A block of rows in any order: of each filter the newest `max` rows that pass it stay. Null where none does, then
   * nothing is stored. What is kept is told from the rows of the block alone, so it is the same whatever came first.
   */
  encode(rows: readonly StoredRow[]): Uint8Array | null {
    const sorted = [...rows].sort((a, b) => Buffer.compare(b, a));
    const passed = this.series.filters.map(() => 0);
    const kept = sorted.filter((row) => {
      let stays = false;
      this.series.filters.forEach(({ max }, filter) => {
        if (this.passes(row, filter) && passed[filter]!++ < max) stays = true;
      });
      return stays;
    });
    return kept.length === 0 ? null : Buffer.concat(kept.flatMap((row) => [lengthOf(row), row]));
  }

  /** A row of a batch; null where it passes no filter. `passes` says so of each filter of the series. */
  encodeRow(row: number, { inputs, orders, passes }: BatchRows): StoredRow | null {
    const mask = new Uint8Array(this.maskBytes);
    this.series.filters.forEach((_, filter) => {
      if (passes(filter, row)) mask[filter >> 3]! |= 1 << (filter & 7);
    });
    if (mask.every((bits) => bits === 0)) return null;
    return Buffer.concat([encodeOrder(orders, row), mask, this.values.encode(inputs, row)]);
  }

  passes(row: StoredRow, filter: number): boolean {
    return ((row[ORDER_BYTES + (filter >> 3)]! >> (filter & 7)) & 1) === 1;
  }

  eventUs(row: StoredRow): bigint {
    return readSortableInt64(row, 0);
  }

  /** Rows as columns: what aggregates take, inputs by the names of the series. */
  columns(rows: readonly StoredRow[]): StoredColumns {
    const orders = decodeOrders(rows);
    const builders = this.types.map((type) => new ColumnBuilder(type, rows.length));
    rows.forEach((row, i) => {
      const values = this.values.decode(row.subarray(ORDER_BYTES + this.maskBytes));
      builders.forEach((builder, input) => {
        builder.set(i, values[input]!);
      });
    });
    const columns = builders.map((builder) => builder.finish());
    return {
      orders,
      inputs: new Map(this.series.inputs.map((name, input) => [name, columns[input]!])),
    };
  }
}

/** Rows of a batch whose inputs are in the order of the series' inputs. */
export type BatchRows = {
  readonly inputs: readonly Column[];
  readonly orders: OrderColumns;
  readonly passes: (filter: number, row: number) => boolean;
};

export type StoredColumns = Pick<AggregateRows, 'orders'> & {
  readonly inputs: ReadonlyMap<string, Column>;
};

const LENGTH_BYTES = 4;

function lengthOf(row: StoredRow): Buffer {
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES);
  bytes.writeUInt32LE(row.length);
  return bytes;
}

function encodeOrder({ eventTimes, orderTimes, orderColumn, sequences }: OrderColumns, row: number): Buffer {
  const bytes = Buffer.alloc(ORDER_BYTES);
  writeSortableInt64(bytes, eventTimes[row]!, 0);
  writeSortableInt64(bytes, orderTimes[row]!, 8);
  if (orderColumn !== null && orderColumn.valid?.[row] !== 0) {
    bytes[HAS_ORDER_COLUMN_AT] = 1;
    writeSortableInt64(bytes, (orderColumn.values as BigInt64Array)[row]!, ORDER_COLUMN_AT);
  }
  writeSortableInt64(bytes, sequences[row]!, SEQUENCE_AT);
  return bytes;
}

function decodeOrders(rows: readonly StoredRow[]): OrderColumns {
  const read = (at: number): BigInt64Array => BigInt64Array.from(rows, (row) => readSortableInt64(row, at));
  const valid = Uint8Array.from(rows, (row) => row[HAS_ORDER_COLUMN_AT]!);
  const orderColumn: Column = { type: 'INT64', values: read(ORDER_COLUMN_AT), valid };
  return { eventTimes: read(0), orderTimes: read(8), orderColumn, sequences: read(SEQUENCE_AT) };
}
