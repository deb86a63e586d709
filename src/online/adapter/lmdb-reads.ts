import { WorkTurns } from '../../platform/work-turns.js';
import type { LatestRead, OnlineAnswer, OnlineRead, StoredRow, StoredWindows, WindowRead } from '../store.js';
import type { LmdbRows } from './lmdb-rows.js';
import type { LmdbSlots } from './lmdb-slots.js';
import type { LmdbWindows } from './lmdb-windows.js';
import type { View, Views } from './views.js';

/** Bytes read in one turn of the event loop, some milliseconds. */
const BYTES_A_TURN = 2 ** 20;

/** What finding one key costs, in bytes that could be copied meanwhile. */
const KEY_WORK = 1_024;

type Parts = {
  readonly views: Views;
  readonly rows: LmdbRows;
  readonly windows: LmdbWindows;
  readonly slots: LmdbSlots;
};

/** Reads for lookups. One that takes many turns of the event loop goes on in what was there when it began. */
export class LmdbReads {
  constructor(private readonly parts: Parts) {}

  /** All of it is as of the call. */
  async read({ latest, windows }: OnlineRead): Promise<OnlineAnswer> {
    const { views, slots } = this.parts;
    // Whose slots are read is of the same moment.
    const slotOf = ({ setId }: LatestRead): number | null => slots.active(setId);
    const latestSlots = latest.map(slotOf);
    const windowSlots = windows.map(slotOf);
    const view = views.hold();
    try {
      const reading = new Reading(this.parts, view);
      const [rows, states]: [OnlineAnswer['latest'][number][], OnlineAnswer['windows'][number][]] = [[], []];
      for (const [i, read] of latest.entries()) rows.push(await reading.latest(read, latestSlots[i]!));
      for (const [i, read] of windows.entries()) states.push(await reading.windows(read, windowSlots[i]!));
      return { latest: rows, windows: states };
    } finally {
      views.letGo(view);
    }
  }
}

/** One read, in its view. */
class Reading {
  private readonly turns = new WorkTurns(BYTES_A_TURN);

  constructor(
    private readonly parts: Pick<Parts, 'rows' | 'windows'>,
    private readonly view: View,
  ) {}

  async latest({ keys }: LatestRead, slot: number | null): Promise<readonly (StoredRow | null)[]> {
    if (slot === null) return keys.map(() => null);
    const found: (StoredRow | null)[] = [];
    for (const key of keys) {
      const row = key === null ? null : this.parts.rows.read(slot, key, this.view);
      found.push(row);
      const turn = this.turns.after(KEY_WORK + (row?.payload.length ?? 0));
      if (turn !== null) await turn;
    }
    return found;
  }

  async windows(
    { keys, from }: WindowRead,
    slot: number | null,
  ): Promise<readonly (StoredWindows | null)[] | null> {
    if (slot === null) return null;
    const found: (StoredWindows | null)[] = [];
    for (const key of keys) {
      const state = key === null ? null : this.parts.windows.read({ slot, key }, from, this.view);
      found.push(state);
      const turn = this.turns.after(KEY_WORK + bytesOf(state));
      if (turn !== null) await turn;
    }
    return found;
  }
}

function bytesOf(state: StoredWindows | null): number {
  let bytes = 0;
  if (state !== null) for (const block of state.blocks) bytes += KEY_WORK + block.bytes.length;
  return bytes;
}
