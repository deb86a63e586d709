import { type Database, open, type RootDatabase } from 'lmdb';
import { compareOrder, type RowOrder } from '../../definition/order.js';
import type { AppliedMark, OnlineRead, OnlineStore, OnlineWrite, StoredRow } from '../store.js';

/**
 * Latest values in LMDB, memory-mapped. Key: 4 bytes of feature set id and the encoded entity key. Value: 1 byte of
 * flags, order (event time, order time, order column, sequence; 8 bytes each, big-endian), then the payload.
 */
export class LmdbOnlineStore implements OnlineStore {
  private readonly rows: Database<Buffer, Buffer>;
  /** Small facts: how far each source was applied, which versions are active. */
  private readonly marks: Database<string, string>;

  private constructor(private readonly root: RootDatabase) {
    this.rows = root.openDB({ name: 'rows', encoding: 'binary', keyEncoding: 'binary' });
    this.marks = root.openDB({ name: 'marks', encoding: 'string' });
  }

  static open(path: string): LmdbOnlineStore {
    return new LmdbOnlineStore(open({ path, maxDbs: 4 }));
  }

  async write(writes: readonly OnlineWrite[], mark: AppliedMark): Promise<void> {
    await this.root.transaction(() => {
      for (const write of writes) this.writeIfNewer(write);
      const name = markName(mark.source);
      if (BigInt(this.marks.get(name) ?? -1) < mark.sequence)
        void this.marks.put(name, String(mark.sequence));
    });
  }

  async read(reads: readonly OnlineRead[]): Promise<readonly (readonly (StoredRow | null)[])[]> {
    return reads.map(({ setId, keys }) =>
      keys.map((key) => {
        const stored = key === null ? undefined : this.rows.getBinary(rowKey(setId, key));
        return stored === undefined ? null : decodeRow(stored);
      }),
    );
  }

  async appliedThrough(source: string): Promise<bigint> {
    return BigInt(this.marks.get(markName(source)) ?? -1);
  }

  async isActive(setId: number): Promise<boolean> {
    return this.marks.get(activeName(setId)) !== undefined;
  }

  async activate(setId: number): Promise<void> {
    await this.marks.put(activeName(setId), '1');
  }

  async close(): Promise<void> {
    await this.root.close();
  }

  private writeIfNewer({ setId, key, row }: OnlineWrite): void {
    const id = rowKey(setId, key);
    const stored = this.rows.getBinaryFast(id);
    if (stored !== undefined && compareOrder(decodeOrder(stored), row.order) >= 0) return;
    void this.rows.put(id, encodeRow(row));
  }
}

const HEADER_BYTES = 33;
const HAS_ORDER_COLUMN = 1;
const IS_TOMBSTONE = 2;

function rowKey(setId: number, key: Uint8Array): Buffer {
  const id = Buffer.allocUnsafe(4 + key.length);
  id.writeUInt32BE(setId);
  id.set(key, 4);
  return id;
}

function encodeRow({ order, tombstone, payload }: StoredRow): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  bytes[0] = (order.orderColumn === null ? 0 : HAS_ORDER_COLUMN) | (tombstone ? IS_TOMBSTONE : 0);
  bytes.writeBigInt64BE(order.eventTime, 1);
  bytes.writeBigInt64BE(order.orderTime, 9);
  bytes.writeBigInt64BE(order.orderColumn ?? 0n, 17);
  bytes.writeBigInt64BE(order.sequence, 25);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

function decodeRow(bytes: Buffer): StoredRow {
  return {
    order: decodeOrder(bytes),
    tombstone: (bytes[0]! & IS_TOMBSTONE) !== 0,
    payload: bytes.subarray(HEADER_BYTES),
  };
}

function decodeOrder(bytes: Buffer): RowOrder {
  return {
    eventTime: bytes.readBigInt64BE(1),
    orderTime: bytes.readBigInt64BE(9),
    orderColumn: bytes[0]! & HAS_ORDER_COLUMN ? bytes.readBigInt64BE(17) : null,
    sequence: bytes.readBigInt64BE(25),
  };
}

function markName(source: string): string {
  return `source/${source}`;
}

function activeName(setId: number): string {
  return `active/${setId}`;
}
