import type { Database, RootDatabase, Transaction } from 'lmdb';
import { WorkTurns } from '../../platform/work-turns.js';
import type { LatestRead, OnlineAnswer, OnlineRead, StoredRow, StoredWindows, WindowRead } from '../store.js';
import type { LmdbSlots } from './lmdb-slots.js';
import type { LmdbWindows } from './lmdb-windows.js';
import { slotKey } from './slot-key.js';
import { decodeStored } from './stored-row.js';

/** Bytes read in one turn of the event loop, some milliseconds. */
const BYTES_A_TURN = 2 ** 20;

/** What finding one key costs, in bytes that could be copied meanwhile. */
const KEY_WORK = 1_024;

type Parts = {
  readonly root: RootDatabase;
  readonly rows: Database<Buffer, Buffer>;
  readonly windows: LmdbWindows;
  readonly slots: LmdbSlots;
};

/** Reads for lookups. One that takes many turns of the event loop goes on in the snapshot that it began with. */
export class LmdbReads {
  private underWay = 0;
  private onIdle: (() => void) | null = null;

  constructor(private readonly parts: Parts) {}

  /** All of it is as of the call. */
  async read({ latest, windows }: OnlineRead): Promise<OnlineAnswer> {
    const { root, slots } = this.parts;
    // Whose slots are read is of the same moment.
    const slotOf = ({ setId }: LatestRead): number | null => slots.active(setId);
    const latestSlots = latest.map(slotOf);
    const windowSlots = windows.map(slotOf);
    const transaction = root.useReadTransaction();
    this.underWay++;
    try {
      const reading = new Reading(this.parts, transaction);
      const [rows, states]: [OnlineAnswer['latest'][number][], OnlineAnswer['windows'][number][]] = [[], []];
      for (const [i, read] of latest.entries()) rows.push(await reading.latest(read, latestSlots[i]!));
      for (const [i, read] of windows.entries()) states.push(await reading.windows(read, windowSlots[i]!));
      return { latest: rows, windows: states };
    } finally {
      transaction.done();
      if (--this.underWay === 0) this.onIdle?.();
    }
  }

  /** Resolves when no read is under way: the store must not close under one. */
  async idle(): Promise<void> {
    if (this.underWay === 0) return;
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
    });
  }
}

/** One read, in its snapshot. */
class Reading {
  private readonly turns = new WorkTurns(BYTES_A_TURN);

  constructor(
    private readonly parts: Pick<Parts, 'rows' | 'windows'>,
    private readonly transaction: Transaction,
  ) {}

  async latest({ keys }: LatestRead, slot: number | null): Promise<readonly (StoredRow | null)[]> {
    if (slot === null) return keys.map(() => null);
    const { rows } = this.parts;
    const { transaction } = this;
    const found: (StoredRow | null)[] = [];
    for (const key of keys) {
      const stored = key === null ? undefined : rows.get(slotKey(slot, key), { transaction });
      found.push(stored === undefined ? null : decodeStored(stored));
      const turn = this.turns.after(KEY_WORK + (stored?.length ?? 0));
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
      const state = key === null ? null : this.parts.windows.read(slot, key, from, this.transaction);
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
