import type { BlockId } from '../store.js';
import { ENTRY_BYTES, type EntryCursor, ID_BYTES, writeId } from './windows-record.js';

/**
 * The blocks that a record is to list, of the stored record and of a write, by id. Columns that are used again for each record: an
 * object a block was more garbage than all else of a write.
 */
export class PlacedBlocks {
  count = 0;
  /** The record before; null where there is none. */
  stored: Buffer | null = null;
  /** Where the id is, `idAt` in `ids`, and the bytes, `sizes` of them from `starts` on in `from`. */
  readonly ids: Uint8Array[] = [];
  readonly idAt: number[] = [];
  readonly from: Uint8Array[] = [];
  readonly starts: number[] = [];
  /** 0 of a block that lies apart and was not written. */
  readonly sizes: number[] = [];
  /** Whether its bytes are not in the record. */
  readonly isApart: boolean[] = [];
  readonly wasApart: boolean[] = [];
  readonly isWritten: boolean[] = [];

  /** Begins anew, with the blocks of another record. */
  begin(stored: Buffer | null): void {
    this.count = 0;
    this.stored = stored;
  }

  /** A block that stays as it is. */
  keep({ record, idAt, start, length }: EntryCursor): void {
    const wasApart = length === null;
    this.add(record!, idAt, wasApart);
    this.put({ bytes: record!, start, size: length ?? 0 }, wasApart, false);
  }

  /** A block that is written; its id lies in `ids`. */
  write(ids: Uint8Array, idAt: number, { bytes, wasApart }: WrittenBlock): void {
    this.add(ids, idAt, wasApart);
    this.put({ bytes, start: 0, size: bytes.length }, false, true);
  }

  /** Bytes of those that lie in the record. */
  recordBytes(): number {
    let bytes = 0;
    for (let i = 0; i < this.count; i++) if (!this.isApart[i]) bytes += this.sizes[i]!;
    return bytes;
  }

  /** Behind the last of the blocks from `start` on that stay in the record and lie side by side in the one before. */
  endOfRun(start: number): number {
    let end = start + 1;
    if (!this.staysInRecord(start)) return end;
    while (
      end < this.count &&
      this.staysInRecord(end) &&
      this.idAt[end] === this.idAt[end - 1]! + ENTRY_BYTES
    )
      end++;
    return end;
  }

  /** A view of an id. */
  idOf(i: number): Uint8Array {
    return this.ids[i]!.subarray(this.idAt[i]!, this.idAt[i]! + ID_BYTES);
  }

  /** A view of the bytes. */
  bytesOf(i: number): Uint8Array {
    return this.from[i]!.subarray(this.starts[i]!, this.starts[i]! + this.sizes[i]!);
  }

  private staysInRecord(i: number): boolean {
    return !this.isWritten[i] && !this.isApart[i];
  }

  private add(ids: Uint8Array, idAt: number, wasApart: boolean): void {
    this.ids[this.count] = ids;
    this.idAt[this.count] = idAt;
    this.wasApart[this.count] = wasApart;
  }

  private put(
    { bytes, start, size }: { readonly bytes: Uint8Array; readonly start: number; readonly size: number },
    isApart: boolean,
    isWritten: boolean,
  ): void {
    const i = this.count++;
    this.from[i] = bytes;
    this.starts[i] = start;
    this.sizes[i] = size;
    this.isApart[i] = isApart;
    this.isWritten[i] = isWritten;
  }
}

type WrittenBlock = { readonly bytes: Uint8Array; readonly wasApart: boolean };

/** The ids of some blocks, one behind the other. */
export function idsOf(blocks: readonly BlockId[]): Buffer {
  const ids = Buffer.allocUnsafe(ID_BYTES * blocks.length);
  for (let i = 0; i < blocks.length; i++) writeId(ids, blocks[i]!, ID_BYTES * i);
  return ids;
}
