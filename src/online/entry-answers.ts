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

/** How the newest rows of a set become values. */
export type LatestReader = { readonly lifetime: Lifetime; readonly codec: RowCodec };

/** T, and whose turn it is after some bytes of state. */
export type AnswerWork = { readonly asOfUs: bigint; readonly turns: WorkTurns };

/** What an entity costs beside the bytes of its state, in bytes. */
const ENTITY_WORK = 256;

export async function answerLatest(
  { lifetime, codec }: LatestReader,
  rows: readonly (StoredRow | null)[],
  { asOfUs, turns }: AnswerWork,
): Promise<EntryAnswer> {
  const states: RowState[] = [];
  const values: (readonly Value[])[] = [];
  for (const row of rows) {
    const state = stateOf(row, lifetime, asOfUs);
    states.push(state);
    values.push(state === 'ALIVE' ? codec.decode(row!.payload) : NO_VALUES);
    const turn = turns.after(ENTITY_WORK + (row?.payload.length ?? 0));
    if (turn !== null) await turn;
  }
  return {
    states,
    values,
    eventTimes: rows.map((row, i) => (states[i] === 'NOT_FOUND' ? null : row!.order.eventTime)),
    sequences: rows.map((row) => row?.through ?? null),
  };
}

/** Aggregates of an unknown or NULL key are those of nothing (S15). */
export async function answerWindows(
  reader: WindowValues,
  entities: readonly (StoredWindows | null)[],
  { asOfUs, turns }: AnswerWork,
): Promise<EntryAnswer> {
  const values: (readonly Value[])[] = [];
  for (const entity of entities) {
    values.push(reader.at(asOfUs, entity));
    const turn = turns.after(ENTITY_WORK + bytesOf(entity));
    if (turn !== null) await turn;
  }
  return {
    states: entities.map(() => 'ALIVE'),
    values,
    eventTimes: entities.map(() => null),
    sequences: entities.map((entity) => entity?.header.through ?? BEFORE_THE_FIRST),
  };
}

/** Nothing is found in a version that is not active (S18). */
export function inactiveAnswer(entityCount: number): EntryAnswer {
  const each = <T>(value: T): readonly T[] => new Array<T>(entityCount).fill(value);
  return {
    states: each('NOT_FOUND'),
    values: each(NO_VALUES),
    eventTimes: each(null),
    sequences: each(null),
  };
}

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
