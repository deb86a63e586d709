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
      for (let i = 0; i < latest.length; i++) {
        const found: (StoredRow | null)[] = [];
        const rest = reading.latest(latest[i]!, latestSlots[i]!, found);
        if (rest !== null) await rest;
        rows.push(found);
      }
      for (let i = 0; i < windows.length; i++) {
        const slot = windowSlots[i]!;
        const found: (StoredWindows | null)[] = [];
        const rest = slot === null ? null : reading.windows(windows[i]!, slot, found);
        if (rest !== null) await rest;
        states.push(slot === null ? null : found);
      }
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

  /** Adds what is found. Null where that took no turn, else resolves behind the last one. */
  latest({ keys }: LatestRead, slot: number | null, found: (StoredRow | null)[]): Promise<void> | null {
    return this.turns.each(keys.length, (i) => {
      const key = keys[i]!;
      const row = key === null || slot === null ? null : this.parts.rows.read(slot, key, this.view);
      found.push(row);
      return KEY_WORK + (row?.payload.length ?? 0);
    });
  }

  /** The same of windows. */
  windows({ keys, from }: WindowRead, slot: number, found: (StoredWindows | null)[]): Promise<void> | null {
    return this.turns.each(keys.length, (i) => {
      const key = keys[i]!;
      const state = key === null ? null : this.parts.windows.read({ slot, key }, from, this.view);
      found.push(state);
      return KEY_WORK + bytesOf(state);
    });
  }
}

function bytesOf(state: StoredWindows | null): number {
  let bytes = 0;
  if (state !== null) for (const block of state.blocks) bytes += KEY_WORK + block.bytes.length;
  return bytes;
}
