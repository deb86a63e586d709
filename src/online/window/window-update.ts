import { BASE_BLOCK, blockOf, firstBlock, hasBase, type WindowSeries } from '../../compile/window/series.js';
import type { WindowedFeatureSet } from '../../compile/windowed-feature-set.js';
import type { BlockId, WindowBlock, WindowHeader, WindowWrite } from '../store.js';
import { RowSeriesUpdate } from './row-series-update.js';
import type { SeriesUpdate, TouchedBlock } from './series-update.js';
import { TileSeriesUpdate } from './tile-series-update.js';
import { type EntityRows, isTrue, type WindowRows } from './window-rows.js';

/** What rows change of one entity, known from its header alone. */
export type PlannedUpdate = {
  readonly key: Uint8Array;
  readonly header: WindowHeader;
  /** Blocks that must be read to write the new ones, in this order. */
  readonly needed: readonly BlockId[];
  readonly touched: readonly TouchedBlock[];
  readonly gone: readonly BlockId[];
};

/**
 * Applies rows to the windows of one set, each once (S11) and in the order of their sequences: what is kept is cut by the
 * newest event time of each entity alone, so the state is the same whatever the order in which rows came.
 */
export class WindowUpdate {
  private readonly parts: readonly SeriesUpdate[];
  private firsts: { readonly newestUs: bigint; readonly blocks: readonly bigint[] } | null = null;

  constructor(
    private readonly set: WindowedFeatureSet,
    private readonly series: readonly WindowSeries[],
    private readonly rows: WindowRows,
  ) {
    this.parts = series.map((each) =>
      each.kind === 'rows' ? new RowSeriesUpdate(set, each, rows) : new TileSeriesUpdate(set, each, rows),
    );
  }

  /** Null where the header knows all of the rows already. */
  plan({ key, rows }: EntityRows, stored: WindowHeader | null): PlannedUpdate | null {
    const { sequences } = this.rows.orders;
    const through = stored?.through ?? -1n;
    const fresh = rows.filter((row) => sequences[row]! > through);
    if (fresh.length === 0) return null;
    const header = this.newHeader(fresh, stored);
    const counted = fresh.filter((row) => !this.isTombstone(row));
    const touched: TouchedBlock[] = [];
    const gone: BlockId[] = [];
    this.series.forEach((_, series) => {
      const left = stored === null ? [] : this.leaving(series, stored.newestUs, header.newestUs);
      gone.push(...left);
      touched.push(...this.touch(series, counted, { newestUs: header.newestUs, left }));
    });
    const needed = touched.flatMap(({ series, number, folded }) => [{ series, number }, ...folded]);
    return { key, header, needed, touched, gone };
  }

  /** The write of an update, from the blocks that it needed; null where there is none. */
  finish({ key, header, touched, gone }: PlannedUpdate, stored: readonly (Uint8Array | null)[]): WindowWrite {
    const blocks: WindowBlock[] = [];
    let at = 0;
    for (const block of touched) {
      const end = at + 1 + block.folded.length;
      const bytes = this.parts[block.series]!.apply(block, stored[at]!, stored.slice(at + 1, end));
      at = end;
      const { series, number } = block;
      if (bytes !== null) blocks.push({ series, number, bytes });
    }
    return { setId: this.set.id, key, header, blocks, gone };
  }

  private newHeader(fresh: readonly number[], stored: WindowHeader | null): WindowHeader {
    const { eventTimes, sequences } = this.rows.orders;
    let newestUs = stored?.newestUs ?? eventTimes[fresh[0]!]!;
    let [late, missed] = [0n, 0n];
    for (const row of fresh) {
      const eventUs = eventTimes[row]!;
      if (eventUs >= newestUs) newestUs = eventUs;
      else if (!this.isTombstone(row)) {
        late++;
        if (this.isMissed(row, newestUs)) missed++;
      }
    }
    return {
      newestUs,
      through: sequences[fresh.at(-1)!]!,
      lateRows: (stored?.lateRows ?? 0n) + late,
      missedRows: (stored?.missedRows ?? 0n) + missed,
    };
  }

  private isTombstone(row: number): boolean {
    const { tombstones } = this.rows;
    return tombstones !== null && isTrue(tombstones, row);
  }

  private isMissed(row: number, newestUs: bigint): boolean {
    const firsts = this.firstBlocks(newestUs);
    return this.series.some(
      (each, series) => !hasBase(each) && this.parts[series]!.blocks[row]! < firsts[series]!,
    );
  }

  /** Kept for the next call: rows that follow each other ask for the same ones. */
  private firstBlocks(newestUs: bigint): readonly bigint[] {
    if (this.firsts?.newestUs !== newestUs)
      this.firsts = { newestUs, blocks: this.series.map((each) => firstBlock(each, newestUs)) };
    return this.firsts.blocks;
  }

  /** Blocks that may be stored and that no T can need by themselves any more, since the newest event moved on. */
  private leaving(place: number, fromUs: bigint, toUs: bigint): readonly BlockId[] {
    if (fromUs === toUs) return [];
    const series = this.series[place]!;
    const first = this.firstBlocks(toUs)[place]!;
    const last = blockOf(series, fromUs);
    const left: BlockId[] = [];
    for (let number = firstBlock(series, fromUs); number < first && number <= last; number++)
      left.push({ series: place, number });
    return left;
  }

  private touch(series: number, rows: readonly number[], { newestUs, left }: Moved): readonly TouchedBlock[] {
    const each = this.series[series]!;
    const { blocks, places } = this.parts[series]!;
    const first = this.firstBlocks(newestUs)[series]!;
    const touched = new TouchedBlocks(series);
    const keepsOlder = hasBase(each);
    if (keepsOlder) touched.fold(left);
    for (const row of rows) {
      const number = blocks[row]!;
      if (number >= first) touched.add(number, places[row]!, row);
      else if (keepsOlder) touched.add(BASE_BLOCK, 0, row);
    }
    return touched.all;
  }
}

/** Where the newest event of an entity is now, and the blocks that left since. */
type Moved = { readonly newestUs: bigint; readonly left: readonly BlockId[] };

/** Rows of one entity by block and tile; they come mostly in the order of time, so the last tile is looked at first. */
class TouchedBlocks {
  readonly all: TouchedBlock[] = [];
  private readonly byNumber = new Map<bigint, TouchedBlock>();
  private block: TouchedBlock | null = null;

  constructor(private readonly series: number) {}

  fold(folded: readonly BlockId[]): void {
    if (folded.length > 0) this.start(BASE_BLOCK, folded);
  }

  add(number: bigint, place: number, row: number): void {
    if (this.block?.number !== number) this.block = this.blockOf(number);
    const { tiles } = this.block;
    const tile = tiles.at(-1)?.place === place ? tiles.at(-1) : tiles.find((each) => each.place === place);
    if (tile === undefined) tiles.push({ place, rows: [row] });
    else tile.rows.push(row);
  }

  private blockOf(number: bigint): TouchedBlock {
    return this.byNumber.get(number) ?? this.start(number, []);
  }

  private start(number: bigint, folded: readonly BlockId[]): TouchedBlock {
    const block = { series: this.series, number, tiles: [], folded };
    this.all.push(block);
    this.byNumber.set(number, block);
    return block;
  }
}
