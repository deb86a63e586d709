import { readSortableInt64 } from '../../definition/int64-bytes.js';
import type { BlockId, StoredWindows, WindowBlock, WindowHeader, WindowRead, WindowWrite } from '../store.js';
import {
  asBuffer,
  compareBlocks,
  decodeHeaderFront,
  HEADER_BYTES,
  ID_BYTES,
  isWanted,
  writeHeaderFront,
  writeId,
} from './windows-record.js';

/** The field of the header in the hash of an entity's windows; those of blocks are longer. */
export const HEADER_FIELD = 'h';

/** Name of a block's field. */
export function blockField(block: BlockId): Buffer {
  const field = Buffer.allocUnsafe(ID_BYTES);
  writeId(field, block, 0);
  return field;
}

/** What the script that writes windows is given for one entity, see `redis-scripts.ts`. */
export function windowArgs({ header, blocks, gone }: WindowWrite): readonly (Buffer | string)[] {
  const args: (Buffer | string)[] = [String(blocks.length + 1), String(gone.length)];
  args.push(HEADER_FIELD, encodeHeader(header));
  for (const block of blocks) args.push(blockField(block), asBuffer(block.bytes));
  for (const block of gone) args.push(blockField(block));
  return args;
}

/** Its front and then its leaves, as they lie under {@link HEADER_FIELD}. */
function encodeHeader(header: WindowHeader): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + header.leaves.length);
  writeHeaderFront(bytes, header);
  bytes.set(header.leaves, HEADER_BYTES);
  return bytes;
}

/** Its leaves are a view of the bytes. */
export function decodeHeader(bytes: Buffer): WindowHeader {
  return { ...decodeHeaderFront(bytes), leaves: bytes.subarray(HEADER_BYTES) };
}

/** Fields and values of a hash in turn; null where there is none. Blocks from some on, see {@link WindowRead}; null gives all. */
export function windowsOf(fields: readonly Buffer[], from: WindowRead['from'] | null): StoredWindows | null {
  let header: WindowHeader | null = null;
  const blocks: WindowBlock[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const field = fields[i]!;
    const bytes = fields[i + 1]!;
    if (field.length !== ID_BYTES) {
      header = decodeHeader(bytes);
      continue;
    }
    const series = field.readUInt16BE(0);
    const number = readSortableInt64(field, 2);
    if (from === null || isWanted(from[series], number)) blocks.push({ series, number, bytes });
  }
  return header === null ? null : { header, blocks: blocks.sort(compareBlocks) };
}
