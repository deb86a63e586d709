import { ByteReader } from '../../compile/aggregate/byte-reader.js';
import { ByteWriter } from '../../compile/aggregate/byte-writer.js';
import { BLOCK_TILES } from '../../compile/window/series.js';
import type { StateRows } from './state-rows.js';
import type { TileCodec } from './tile-block.js';
import type { TouchedTile } from './touched-blocks.js';

/** How rows go into the tiles of a series. */
export type TileChange = { readonly codec: TileCodec; readonly rows: StateRows };

/**
 * A block with rows added to some of its tiles, by place and each once; `stored` is the block before, null where there was none.
 * Tiles without rows are copied and not read. Null for a block without tiles, which is not stored. The bytes are those of
 * `encodeBlock`.
 */
export function changedBlock(
  stored: Uint8Array | null,
  tiles: readonly TouchedTile[],
  change: TileChange,
): Uint8Array | null {
  const before = stored === null ? null : new ByteReader(stored);
  const were = before === null ? 0 : before.byte() | (before.byte() << 8);
  const changed = bitsOf(tiles);
  let [present, next] = [0, 0];
  block.clear();
  block.byte(0);
  block.byte(0);
  for (let bit = 1; bit <= LAST_BIT; bit <<= 1) {
    if (((were | changed) & bit) === 0) continue;
    const own = (were & bit) === 0 ? null : before;
    if ((changed & bit) === 0) copyTile(before!, stored!);
    else if (!writeTile(own, tiles[next++]!, change)) continue;
    present |= bit;
  }
  if (present === 0) return null;
  block.replace(0, present & 0xff);
  block.replace(1, present >> 8);
  return block.copy();
}

function bitsOf(tiles: readonly TouchedTile[]): number {
  let bits = 0;
  for (const { place } of tiles) bits |= 1 << place;
  return bits;
}

/** Of the last tile of a block. */
const LAST_BIT = 1 << (Number(BLOCK_TILES) - 1);

/** Blocks are written one after the other, and tiles too; each is copied out once it is whole. */
const block = new ByteWriter();
const tile = new ByteWriter();

/** Whether any state is there; else nothing is written. */
function writeTile(before: ByteReader | null, { rows }: TouchedTile, change: TileChange): boolean {
  const { codec } = change;
  if (before !== null) before.count();
  const states = before === null ? codec.decode(null) : codec.read(before);
  change.rows.add(states, rows);
  tile.clear();
  if (!codec.write(states, tile)) return false;
  block.sizedFrom(tile);
  return true;
}

function copyTile(before: ByteReader, stored: Uint8Array): void {
  const start = before.position;
  before.skip(before.count());
  block.range(stored, start, before.position);
}
