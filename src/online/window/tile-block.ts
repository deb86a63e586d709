import type { Aggregate } from '../../compile/aggregate/aggregate.js';
import { ByteReader } from '../../compile/aggregate/byte-reader.js';
import { ByteWriter } from '../../compile/aggregate/byte-writer.js';
import { BLOCK_TILES } from '../../compile/window/series.js';

/** The tiles of one block by their place, as bytes; null where no row counted. */
export type TileBlock = (Uint8Array | null)[];

/** The states of one tile in the order of its series' states; undefined where no row counted. */
export type TileStates = unknown[];

const TILES = Number(BLOCK_TILES);

/**
 * Takes a block apart: 2 bytes say which tiles are there, one bit each, the first in the lowest; then each in order, its
 * length first (LEB128). Tiles are views of `bytes`; none of null.
 */
export function decodeBlock(bytes: Uint8Array | null): TileBlock {
  const tiles: TileBlock = new Array<Uint8Array | null>(TILES).fill(null);
  if (bytes === null) return tiles;
  const present = bytes[0]! | (bytes[1]! << 8);
  let at = 2;
  for (let place = 0; place < TILES; place++) {
    if ((present & (1 << place)) === 0) continue;
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    tiles[place] = bytes.subarray(at, at + length);
    at += length;
  }
  return tiles;
}

/** Null for a block without tiles, which is not stored. */
export function encodeBlock(tiles: TileBlock): Uint8Array | null {
  let present = 0;
  for (let place = 0; place < TILES; place++) if (tiles[place] !== null) present |= 1 << place;
  if (present === 0) return null;
  writer.clear();
  writer.byte(present & 0xff);
  writer.byte(present >> 8);
  for (const tile of tiles) if (tile !== null) writer.sized(tile);
  return Buffer.from(writer.view());
}

/** Blocks and tiles are written one after the other, each copied out when it is whole: Buffer has memory for many at once. */
const writer = new ByteWriter();

/** Tiles of one series as bytes: a bit for each of its aggregates, whether it has a state; then the states. */
export class TileCodec {
  private readonly bitmapBytes: number;
  /** Of the tile that is read. */
  private readonly bitmap: Uint8Array;

  constructor(readonly aggregates: readonly Aggregate[]) {
    this.bitmapBytes = (aggregates.length + 7) >> 3;
    this.bitmap = new Uint8Array(this.bitmapBytes);
  }

  /** The states of a tile, none of null. */
  decode(tile: Uint8Array | null): TileStates {
    return tile === null
      ? new Array<unknown>(this.aggregates.length).fill(undefined)
      : this.read(new ByteReader(tile));
  }

  /** The states of every tile in a block, from the first place on: what decoding each tile by itself gives. */
  decodeAll(block: Uint8Array, take: (place: number, states: TileStates) => void): void {
    const reader = new ByteReader(block);
    const present = reader.byte() | (reader.byte() << 8);
    for (let place = 0; place < TILES; place++) {
      if ((present & (1 << place)) === 0) continue;
      reader.count();
      take(place, this.read(reader));
    }
  }

  /** Null where no state is there. */
  encode(states: TileStates): Uint8Array | null {
    writer.clear();
    return this.write(states, writer) ? Buffer.from(writer.view()) : null;
  }

  /** Writes what `encode` gives; false where it gives nothing, and nothing is written. */
  write(states: TileStates, to: ByteWriter): boolean {
    if (states.every(isAbsent)) return false;
    for (let byte = 0; byte < this.bitmapBytes; byte++) {
      let bits = 0;
      for (let bit = 0; bit < 8; bit++) if (states[8 * byte + bit] !== undefined) bits |= 1 << bit;
      to.byte(bits);
    }
    for (let slot = 0; slot < states.length; slot++)
      if (states[slot] !== undefined) this.aggregates[slot]!.write(states[slot], to);
    return true;
  }

  /** The states of the tile that a reader is at, behind its length. */
  read(from: ByteReader): TileStates {
    const { aggregates, bitmap } = this;
    for (let byte = 0; byte < this.bitmapBytes; byte++) bitmap[byte] = from.byte();
    const states: TileStates = [];
    for (let slot = 0; slot < aggregates.length; slot++)
      states.push((bitmap[slot >> 3]! >> (slot & 7)) & 1 ? aggregates[slot]!.read(from) : undefined);
    return states;
  }

  /** Merges the states of another tile into those of one. */
  merge(into: TileStates, from: TileStates): void {
    for (let slot = 0; slot < from.length; slot++) {
      if (from[slot] === undefined) continue;
      into[slot] ??= this.aggregates[slot]!.create();
      this.aggregates[slot]!.merge(into[slot], from[slot]);
    }
  }
}

function isAbsent(state: unknown): boolean {
  return state === undefined;
}
