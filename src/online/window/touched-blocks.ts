import type { BlockId } from '../store.js';

/** Rows that go into one block. */
export type TouchedBlock = {
  readonly id: BlockId;
  /** By place, each once. */
  readonly tiles: TouchedTile[];
};

/** Rows of one tile, by their places in the batch. */
export type TouchedTile = { readonly place: number; readonly rows: number[] };

/**
 * Rows of one entity by block and tile; they come mostly in the order of time, so the last tile is looked at first. Blocks are told
 * apart by their ids themselves: one object a block.
 */
export class TouchedBlocks {
  private blocks: TouchedBlock[] = NO_BLOCKS;
  private block: TouchedBlock | null = null;
  /** Made where there are many: most entities touch one. */
  private byId: Map<BlockId, TouchedBlock> | null = null;

  get all(): readonly TouchedBlock[] {
    return this.blocks;
  }

  add(id: BlockId, place: number, row: number): void {
    if (this.block === null) {
      this.begin(id, [{ place, rows: [row] }]);
      return;
    }
    const { tiles } = this.blockOf(id);
    let at = tiles.length;
    while (at > 0 && tiles[at - 1]!.place > place) at--;
    if (at > 0 && tiles[at - 1]!.place === place) tiles[at - 1]!.rows.push(row);
    else tiles.splice(at, 0, { place, rows: [row] });
  }

  /** The block of an id, from now on one of them. */
  blockOf(id: BlockId): TouchedBlock {
    if (this.block?.id === id) return this.block;
    if (this.block === null) return this.begin(id, []);
    this.block = this.all.length < FEW ? this.found(id) : this.indexed(id);
    return this.block;
  }

  /** The first block: as a list of one it takes a tenth of the memory that a list takes that grows. */
  private begin(id: BlockId, tiles: TouchedTile[]): TouchedBlock {
    this.block = { id, tiles };
    this.blocks = [this.block];
    return this.block;
  }

  private found(id: BlockId): TouchedBlock {
    return this.all.find((block) => block.id === id) ?? this.added(id);
  }

  private indexed(id: BlockId): TouchedBlock {
    this.byId ??= new Map(this.all.map((block) => [block.id, block]));
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const block = this.added(id);
    this.byId.set(id, block);
    return block;
  }

  private added(id: BlockId): TouchedBlock {
    const block: TouchedBlock = { id, tiles: [] };
    this.blocks.push(block);
    return block;
  }
}

/** Blocks that are looked at one by one. */
const FEW = 8;

const NO_BLOCKS: TouchedBlock[] = [];
