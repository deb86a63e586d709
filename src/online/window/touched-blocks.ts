/** Rows that go into one block. */
export type TouchedBlock = {
  readonly number: bigint;
  readonly tiles: TouchedTile[];
};

/** Rows of one tile, by their places in the batch. */
type TouchedTile = { readonly place: number; readonly rows: number[] };

/** Rows of one entity by block and tile; they come mostly in the order of time, so the last tile is looked at first. */
export class TouchedBlocks {
  readonly all: TouchedBlock[] = [];
  /** Made for the second block: most entities touch one. */
  private byNumber: Map<bigint, TouchedBlock> | null = null;
  private block: TouchedBlock | null = null;

  add(number: bigint, place: number, row: number): void {
    if (this.block?.number !== number) this.block = this.blockOf(number);
    const { tiles } = this.block;
    const tile = tiles.at(-1)?.place === place ? tiles.at(-1) : tiles.find((each) => each.place === place);
    if (tile === undefined) tiles.push({ place, rows: [row] });
    else tile.rows.push(row);
  }

  /** The block of a number, from now on one of them. */
  blockOf(number: bigint): TouchedBlock {
    if (this.block !== null && this.byNumber === null)
      this.byNumber = new Map([[this.block.number, this.block]]);
    const known = this.byNumber?.get(number);
    if (known !== undefined) return known;
    const block = { number, tiles: [] };
    this.all.push(block);
    this.byNumber?.set(number, block);
    return block;
  }
}
