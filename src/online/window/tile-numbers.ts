import { type Instant, type Instants, instantOf, instantsOf } from '../../compile/window/instants.js';
import { BASE_BLOCK, BLOCK_TILES, firstBlock, type TileSeries } from '../../compile/window/series.js';
import { floorDivided, floorDividedDoubles, isDividedExactly } from '../../definition/floor-divided.js';
import type { BlockId } from '../store.js';

/**
 * In which block and tile of a series the rows of a batch lie. Numbers of blocks are doubles where those are exact: bigints made
 * and divided for each row were a tenth of what an update costs.
 */
export class TileNumbers {
  /** Of the block that holds every time. */
  readonly base: BlockId;
  private readonly events: Instants;
  private readonly hop: number;
  private readonly width: number;
  private readonly reach: number;
  private readonly ids = new Map<Instant, BlockId>();
  /** Rows that follow each other lie mostly in one block. */
  private last: { readonly number: Instant; readonly id: BlockId };

  constructor(
    private readonly series: TileSeries,
    /** Place of the series in its set. */
    private readonly place: number,
    eventTimes: BigInt64Array,
  ) {
    this.base = { series: place, number: BASE_BLOCK };
    this.last = { number: instantOf(BASE_BLOCK), id: this.base };
    this.ids.set(this.last.number, this.base);
    this.events = instantsOf(eventTimes);
    this.hop = Number(series.hopUs);
    this.width = Number(BLOCK_TILES * series.hopUs);
    this.reach = Number(series.reachUs);
  }

  /** The number k of the tile (kH, (k+1)H] that a row lies in. */
  tileOf(row: number): Instant {
    const us = this.events[row]!;
    if (typeof us === 'number' && isDividedExactly(us - 1, this.hop))
      return floorDividedDoubles(us - 1, this.hop);
    return instantOf(floorDivided(BigInt(us) - 1n, this.series.hopUs));
  }

  /** See `firstBlock` of a series. */
  firstBlock(sinceUs: bigint): Instant {
    const since = Number(sinceUs);
    const isExact = isDividedExactly(since, this.width) && isDividedExactly(since - this.reach, this.reach);
    return isExact
      ? floorDividedDoubles(since - this.reach, this.width)
      : instantOf(firstBlock(this.series, sinceUs));
  }

  /** The id of a block, the same object each time. */
  idOf(number: Instant): BlockId {
    if (this.last.number === number) return this.last.id;
    const known = this.ids.get(number);
    const id = known ?? { series: this.place, number: BigInt(number) };
    if (known === undefined) this.ids.set(number, id);
    this.last = { number, id };
    return id;
  }
}

/** The block that a tile lies in. */
export function blockOfTile(tile: Instant): Instant {
  return typeof tile === 'number' ? Math.floor(tile / TILES) : instantOf(tile >> BLOCK_SHIFT);
}

/** The place of a tile in its block. */
export function placeInBlock(tile: Instant): number {
  return typeof tile === 'number' ? tile - TILES * Math.floor(tile / TILES) : Number(tile & LAST_PLACE);
}

const TILES = Number(BLOCK_TILES);
const LAST_PLACE = BLOCK_TILES - 1n;

/** log2 of {@link BLOCK_TILES}; shifting rounds towards −∞. */
const BLOCK_SHIFT = 4n;
