import type { Database } from 'lmdb';
import { BASE_BLOCK } from '../../compile/window/series.js';
import { readSortableInt64, writeSortableInt64 } from '../../definition/int64-bytes.js';
import type { BlockId, StoredWindows, WindowBlock, WindowHeader, WindowWrite } from '../store.js';
import { rangeOfSlot, SLOT_BYTES, slotKey } from './slot-key.js';

/**
 * Windows in a database of LMDB: the header of an entity under slot and encoded key, its blocks right behind it under the
 * same and series and number. Keys of one set are no prefixes of each other (`definition/key.ts`), so all of an entity
 * lies together. Writing is the caller's transaction.
 */
export class LmdbWindows {
  constructor(private readonly entries: Database<Buffer, Buffer>) {}

  header(slot: number, key: Uint8Array): WindowHeader | null {
    const stored = this.entries.getBinaryFast(slotKey(slot, key));
    return stored === undefined ? null : decodeHeader(stored);
  }

  block(slot: number, key: Uint8Array, block: BlockId): Uint8Array | null {
    return this.entries.getBinary(blockKey(slotKey(slot, key), block)) ?? null;
  }

  /** The header and the blocks from some on, one number a series; base blocks always. */
  read(slot: number, key: Uint8Array, from: readonly bigint[]): StoredWindows | null {
    const start = slotKey(slot, key);
    let header: WindowHeader | null = null;
    const blocks: WindowBlock[] = [];
    for (const entry of this.entries.getRange({ start, end: Buffer.concat([start, BEHIND_BLOCKS]) })) {
      if (header === null) header = decodeHeader(entry.value);
      else {
        const id = blockAt(entry.key, start.length);
        const first = from[id.series];
        if (id.number === BASE_BLOCK || first === undefined || id.number >= first)
          blocks.push({ ...id, bytes: entry.value });
      }
    }
    return header === null ? null : { header, blocks };
  }

  write(slot: number, { key, header, blocks, gone }: WindowWrite): void {
    const id = slotKey(slot, key);
    void this.entries.put(id, encodeHeader(header));
    for (const block of blocks) void this.entries.put(blockKey(id, block), asBuffer(block.bytes));
    for (const block of gone) void this.entries.remove(blockKey(id, block));
  }

  async *scan(slot: number): AsyncIterable<{ readonly key: Uint8Array; readonly windows: StoredWindows }> {
    let last: { id: Buffer; header: WindowHeader; blocks: WindowBlock[] } | null = null;
    const found = (entity: NonNullable<typeof last>) => ({
      key: entity.id.subarray(SLOT_BYTES),
      windows: { header: entity.header, blocks: entity.blocks },
    });
    for (const { key, value } of this.entries.getRange(rangeOfSlot(slot))) {
      if (last !== null && isBlockOf(key, last.id)) {
        last.blocks.push({ ...blockAt(key, last.id.length), bytes: value });
        continue;
      }
      if (last !== null) yield found(last);
      last = { id: key, header: decodeHeader(value), blocks: [] };
    }
    if (last !== null) yield found(last);
  }

  /** Removes entries of a slot, so many at most; says how many. */
  removeSome(slot: number, limit: number): number {
    const keys = limit === 0 ? [] : [...this.entries.getKeys({ ...rangeOfSlot(slot), limit })];
    for (const key of keys) void this.entries.remove(key);
    return keys.length;
  }

  clear(): void {
    this.entries.clearSync();
  }
}

/** Series and number of a block, behind the key of its entity. */
const SERIES_BYTES = 2;
const BLOCK_BYTES = SERIES_BYTES + 8;

/** Behind every block of a key: no series has this number. */
const BEHIND_BLOCKS = Buffer.from([0xff, 0xff]);

function blockKey(id: Buffer, { series, number }: BlockId): Buffer {
  const key = Buffer.allocUnsafe(id.length + BLOCK_BYTES);
  key.set(id);
  key.writeUInt16BE(series, id.length);
  writeSortableInt64(key, number, id.length + SERIES_BYTES);
  return key;
}

function blockAt(key: Buffer, at: number): BlockId {
  return { series: key.readUInt16BE(at), number: readSortableInt64(key, at + SERIES_BYTES) };
}

function isBlockOf(key: Buffer, id: Buffer): boolean {
  return key.length === id.length + BLOCK_BYTES && key.compare(id, 0, id.length, 0, id.length) === 0;
}

/** A header as bytes: newest event time, `through`, late and missed rows, 8 bytes each. */
const HEADER_BYTES = 32;

function encodeHeader({ newestUs, through, lateRows, missedRows }: WindowHeader): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES);
  [newestUs, through, lateRows, missedRows].forEach((value, i) => {
    writeSortableInt64(bytes, value, 8 * i);
  });
  return bytes;
}

function decodeHeader(bytes: Uint8Array): WindowHeader {
  return {
    newestUs: readSortableInt64(bytes, 0),
    through: readSortableInt64(bytes, 8),
    lateRows: readSortableInt64(bytes, 16),
    missedRows: readSortableInt64(bytes, 24),
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
