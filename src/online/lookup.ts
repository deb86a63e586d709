import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { CompiledFeatureSet } from '../compile/feature-set.js';
import type { ServiceEntry } from '../compile/service-reads.js';
import { requireNoLabels } from '../compile/without-labels.js';
import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import { encodeKey, MAX_KEY_BYTES } from '../definition/key.js';
import { type Lifetime, type RowState, rowStatus } from '../definition/status.js';
import type { Value } from '../definition/value.js';
import type { KeyType } from '../definition/value-type.js';
import type { Clock } from '../platform/clock.js';
import type { LeastSequences } from './lookup-least.js';
import { type LookupReads, lookupReads } from './lookup-reads.js';
import { type RowCodec, rowCodec } from './row-codec.js';
import type { LatestRead, OnlineAnswer, OnlineStore, StoredRow, StoredWindows } from './store.js';
import { WindowValues } from './window/window-values.js';

/** The state of some entities as of one T, in the order of the service's entries. */
export type LookupAnswer = {
  /** T: the later of the service clock and the newest event time in the state read (S14). */
  readonly asOfUs: bigint;
  readonly entityCount: number;
  readonly entries: readonly EntryAnswer[];
  /** Of each entity the values of the service's read expressions, before defaults (S5). */
  readonly reads: readonly (readonly Value[])[];
};

/** What is known of each entity in one feature set; every member is in the order of the entities. */
type EntryAnswer = {
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

/** Latest values and windows by entity key. */
export class Lookup {
  private readonly plans = new WeakMap<CompiledFeatureService, LookupPlan>();

  constructor(
    private readonly store: OnlineStore,
    private readonly clock: Clock,
  ) {}

  /**
   * `asked` has the service's key columns and request inputs, one row an entity; a key with a NULL finds nothing (S15), and
   * neither does any key in a feature set version that is not active (S18). Throws INVALID_REQUEST for a service with labels,
   * UNAVAILABLE where state is behind `least`, or cannot be reached.
   */
  async lookup(
    service: CompiledFeatureService,
    asked: ColumnBatch,
    least: LeastSequences = NO_LEAST,
  ): Promise<LookupAnswer> {
    const plan = this.planOf(service);
    const encoded = plan.keys.map((key) => entityKeys(key, asked));
    const nowUs = this.clock.nowUs();
    const keysOf = ({ setId, key, source }: PlannedRead): LatestRead => ({
      setId,
      keys: encoded[key]!,
      least: least.get(source),
    });
    // T is this instant or a later one, so what it can need is known before anything is read.
    const found = await this.store.read({
      latest: plan.latest.map(keysOf),
      windows: plan.windows.map((entry) => ({ ...keysOf(entry), from: entry.values.from(nowUs) })),
    });
    const asOfUs = latestOf(found, nowUs);
    const entries = answerEntries(plan, found, { asOfUs, entityCount: asked.rowCount });
    const reads = plan.reads({ asOfUs, entries, asked });
    return { asOfUs, entityCount: asked.rowCount, entries, reads };
  }

  private planOf(service: CompiledFeatureService): LookupPlan {
    const known = this.plans.get(service);
    if (known !== undefined) return known;
    const plan = lookupPlan(service);
    this.plans.set(service, plan);
    return plan;
  }
}

export const LOOKUP = Symbol('Lookup');

const NO_LEAST: LeastSequences = new Map();

/** How the features of a set are written and read online. */
export function featureCodec(set: CompiledFeatureSet): RowCodec {
  return rowCodec(set.features.map((feature) => feature.type));
}

/** What is the same in every lookup of a service. */
type LookupPlan = {
  /** Different keys of its entries; entries of one entity share one, and it is encoded once. */
  readonly keys: readonly KeyPlan[];
  readonly entries: readonly EntryPlan[];
  readonly latest: readonly LatestPlan[];
  readonly windows: readonly WindowsPlan[];
  readonly reads: LookupReads;
};

type KeyPlan = { readonly columns: readonly string[]; readonly types: readonly KeyType[] };

type EntryPlan = LatestPlan | WindowsPlan;

type PlannedRead = {
  readonly setId: number;
  /** Its place in `keys`. */
  readonly key: number;
  readonly source: string;
};

type LatestPlan = PlannedRead & {
  readonly kind: 'latest';
  readonly lifetime: Lifetime;
  readonly codec: RowCodec;
};

type WindowsPlan = PlannedRead & { readonly kind: 'windowed'; readonly values: WindowValues };

function lookupPlan(service: CompiledFeatureService): LookupPlan {
  requireNoLabels(service);
  const keys: KeyPlan[] = [];
  const entries = service.entries.map((entry): EntryPlan => {
    const { featureSet, keyColumns } = entry;
    // The type of a key column is the same wherever a service has it.
    const same = keys.findIndex(({ columns }) => columns.join() === keyColumns.join());
    const key = same < 0 ? keys.push({ columns: keyColumns, types: featureSet.keyTypes }) - 1 : same;
    return entryPlan(entry, key);
  });
  return {
    keys,
    entries,
    latest: entries.filter((entry) => entry.kind === 'latest'),
    windows: entries.filter((entry) => entry.kind === 'windowed'),
    reads: lookupReads(service),
  };
}

function entryPlan(entry: ServiceEntry, key: number): EntryPlan {
  const { kind, featureSet } = entry;
  const read = { setId: featureSet.id, key, source: featureSet.source.name };
  if (kind === 'windowed') {
    const wanted = new Set(entry.features.map(({ index }) => index));
    return { kind, ...read, values: new WindowValues(featureSet, wanted) };
  }
  return { kind, ...read, lifetime: featureSet.lifetime, codec: featureCodec(featureSet) };
}

/** T: the later of the clock and the newest event time read, tombstones, expired and filtered rows too (S14). */
function latestOf({ latest, windows }: OnlineAnswer, nowUs: bigint): bigint {
  let newest = nowUs;
  const see = (eventUs: bigint | undefined): void => {
    if (eventUs !== undefined && eventUs > newest) newest = eventUs;
  };
  for (const rows of latest) for (const row of rows) see(row?.order.eventTime);
  for (const entities of windows) for (const entity of entities ?? []) see(entity?.header.newestUs);
  return newest;
}

/** The answers of entries in their order, each from the read that is its own. */
function answerEntries(
  { entries }: LookupPlan,
  { latest, windows }: OnlineAnswer,
  { asOfUs, entityCount }: Pick<LookupAnswer, 'asOfUs' | 'entityCount'>,
): readonly EntryAnswer[] {
  let [nextLatest, nextWindows] = [0, 0];
  return entries.map((entry) => {
    if (entry.kind === 'latest') return answerLatest(entry, latest[nextLatest++]!, asOfUs);
    const found = windows[nextWindows++]!;
    return found === null ? inactiveAnswer(entityCount) : answerWindows(entry, found, asOfUs);
  });
}

function answerLatest(entry: LatestPlan, rows: readonly (StoredRow | null)[], asOfUs: bigint): EntryAnswer {
  const states = rows.map((row) => stateOf(row, entry.lifetime, asOfUs));
  return {
    states,
    values: rows.map((row, i) => (states[i] === 'ALIVE' ? entry.codec.decode(row!.payload) : NO_VALUES)),
    eventTimes: rows.map((row, i) => (states[i] === 'NOT_FOUND' ? null : row!.order.eventTime)),
    sequences: rows.map((row) => row?.through ?? null),
  };
}

/** Aggregates of an unknown or NULL key are those of nothing (S15). */
function answerWindows(
  { values }: WindowsPlan,
  entities: readonly (StoredWindows | null)[],
  asOfUs: bigint,
): EntryAnswer {
  return {
    states: entities.map(() => 'ALIVE'),
    values: entities.map((entity) => values.at(asOfUs, entity)),
    eventTimes: entities.map(() => null),
    sequences: entities.map((entity) => entity?.header.through ?? BEFORE_THE_FIRST),
  };
}

/** What a state knew that is active and has no row of the key. */
const BEFORE_THE_FIRST = -1n;

function inactiveAnswer(entityCount: number): EntryAnswer {
  const each = <T>(value: T): readonly T[] => new Array<T>(entityCount).fill(value);
  return {
    states: each('NOT_FOUND'),
    values: each(NO_VALUES),
    eventTimes: each(null),
    sequences: each(null),
  };
}

const NO_VALUES: readonly Value[] = [];

function stateOf(row: StoredRow | null, lifetime: Lifetime, asOfUs: bigint): RowState {
  if (row === null || row.tombstone) return 'NOT_FOUND';
  return rowStatus(asOfUs - row.order.eventTime, lifetime);
}

function entityKeys({ columns, types }: KeyPlan, keys: ColumnBatch): readonly (Buffer | null)[] {
  const parts = columns.map((name) => keys.columns.get(name)!);
  return Array.from({ length: keys.rowCount }, (_, row) => {
    const key = encodeKey(
      types,
      parts.map((column) => valueAt(column, row)),
    );
    return key !== null && key.length > MAX_KEY_BYTES ? null : key;
  });
}
