import type { Lifetime, RowState } from '../definition/status.js';
import { rowStatus } from '../definition/status.js';
import type { Value } from '../definition/value.js';
import type { WorkTurns } from '../platform/work-turns.js';
import type { RowCodec } from './row-codec.js';
import type { StoredRow, StoredWindows } from './store.js';
import type { WindowValues } from './window/window-values.js';

/** What is known of each entity in one feature set; every member is in the order of the entities. */
export type EntryAnswer = {
  readonly states: readonly RowState[];
  /** The values of the whole set, before defaults (S7); none unless the row is ALIVE. Of windows those that are read. */
  readonly values: readonly (readonly Value[])[];
  /** Null where the row is NOT_FOUND, and of windows: they rest on many rows. */
  readonly eventTimes: readonly (bigint | null)[];
  /**
   * What the state knew (S18): the last row of the log that was applied to the entity; null where nothing is stored. Of
   * windows -1 where no row of the key is known, null where the version is not active.
   */
  readonly sequences: readonly (bigint | null)[];
};

/** An answer on the way. */
export class EntryAnswers implements EntryAnswer {
  readonly states: RowState[] = [];
  readonly values: (readonly Value[])[] = [];
  readonly eventTimes: (bigint | null)[] = [];
  readonly sequences: (bigint | null)[] = [];

  /** Rows of a set that is read by its newest rows. Null where that took no turn, else resolves behind the last one. */
  addLatest(
    { lifetime, codec }: LatestReader,
    rows: readonly (StoredRow | null)[],
    { asOfUs, turns }: AnswerWork,
  ): Promise<void> | null {
    return turns.each(rows.length, (i) => {
      const row = rows[i]!;
      const state = stateOf(row, lifetime, asOfUs);
      this.states.push(state);
      this.values.push(state === 'ALIVE' ? codec.decode(row!.payload) : NO_VALUES);
      this.eventTimes.push(state === 'NOT_FOUND' ? null : row!.order.eventTime);
      this.sequences.push(row?.through ?? null);
      return ENTITY_WORK + (row?.payload.length ?? 0);
    });
  }

  /** Aggregates of an unknown or NULL key are those of nothing (S15). Null where that took no turn. */
  addWindows(
    reader: WindowValues,
    entities: readonly (StoredWindows | null)[],
    { asOfUs, turns }: AnswerWork,
  ): Promise<void> | null {
    return turns.each(entities.length, (i) => {
      const entity = entities[i]!;
      this.states.push('ALIVE');
      this.values.push(reader.at(asOfUs, entity));
      this.eventTimes.push(null);
      this.sequences.push(entity?.header.through ?? BEFORE_THE_FIRST);
      return ENTITY_WORK + bytesOf(entity);
    });
  }

  /** Nothing is found in a version that is not active (S18). */
  addNothing(entityCount: number): void {
    for (let i = 0; i < entityCount; i++) {
      this.states.push('NOT_FOUND');
      this.values.push(NO_VALUES);
      this.eventTimes.push(null);
      this.sequences.push(null);
    }
  }
}

/** How the newest rows of a set become values. */
export type LatestReader = { readonly lifetime: Lifetime; readonly codec: RowCodec };

/** T, and whose turn it is after some bytes of state. */
export type AnswerWork = { readonly asOfUs: bigint; readonly turns: WorkTurns };

/** What an entity costs beside the bytes of its state, in bytes. */
const ENTITY_WORK = 256;

/** What a state knew that is active and has no row of the key. */
const BEFORE_THE_FIRST = -1n;

const NO_VALUES: readonly Value[] = [];

function stateOf(row: StoredRow | null, lifetime: Lifetime, asOfUs: bigint): RowState {
  if (row === null || row.tombstone) return 'NOT_FOUND';
  return rowStatus(asOfUs - row.order.eventTime, lifetime);
}

function bytesOf(entity: StoredWindows | null): number {
  let bytes = 0;
  if (entity !== null) for (const block of entity.blocks) bytes += block.bytes.length;
  return bytes;
}
