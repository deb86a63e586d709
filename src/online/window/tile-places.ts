import { BASE_BLOCK, BLOCK_TILES, type TileSeries } from '../../compile/window/series.js';
import { floorDivided } from '../../definition/floor-divided.js';

/** The tile (kH, (k+1)H] of each row of a batch, by its block and its place in there. */
export class TilePlaces {
  private readonly blocks: BigInt64Array;
  private readonly tiles: Uint8Array;

  constructor({ kind, hopUs }: TileSeries, eventTimes: BigInt64Array) {
    const rowCount = eventTimes.length;
    this.blocks = new BigInt64Array(rowCount);
    this.tiles = new Uint8Array(rowCount);
    if (kind === 'whole') {
      this.blocks.fill(BASE_BLOCK);
      return;
    }
    for (let row = 0; row < rowCount; row++) {
      const tile = floorDivided(eventTimes[row]! - 1n, hopUs);
      this.blocks[row] = tile >> BLOCK_SHIFT;
      this.tiles[row] = Number(tile & (BLOCK_TILES - 1n));
    }
  }

  blockOf(row: number): bigint {
    return this.blocks[row]!;
  }

  tileOf(row: number): number {
    return this.tiles[row]!;
  }
}

/** log2 of {@link BLOCK_TILES}; shifting rounds towards −∞. */
const BLOCK_SHIFT = 4n;
