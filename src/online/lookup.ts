import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { latestEntries } from '../compile/service-reads.js';
import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import { encodeKey, MAX_KEY_BYTES } from '../definition/key.js';
import { type Lifetime, type RowState, rowStatus } from '../definition/status.js';
import type { Value } from '../definition/value.js';
import type { KeyType } from '../definition/value-type.js';
import type { Clock } from '../platform/clock.js';
import { type LookupReads, lookupReads } from './lookup-reads.js';
import { type RowCodec, rowCodec } from './row-codec.js';
import type { OnlineStore, StoredRow } from './store.js';

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
  /** The values of the whole set, before defaults (S7); none unless the row is ALIVE. */
  readonly values: readonly (readonly Value[])[];
  /** Null where the row is NOT_FOUND. */
  readonly eventTimes: readonly (bigint | null)[];
  /** What the state knew (S18); null where nothing is stored. */
  readonly sequences: readonly (bigint | null)[];
};

/** Latest values by entity key. */
export class Lookup {
  private readonly plans = new WeakMap<CompiledFeatureService, LookupPlan>();

  constructor(
    private readonly store: OnlineStore,
    private readonly clock: Clock,
  ) {}

  /**
   * `asked` has the service's key columns and request inputs, one row an entity; a key with a NULL finds nothing (S15), and
   * neither does any key in a feature set version that is not active (S18).
   */
  async lookup(service: CompiledFeatureService, asked: ColumnBatch): Promise<LookupAnswer> {
    const plan = this.planOf(service);
    const encoded = plan.keys.map((key) => entityKeys(key, asked));
    const { latest: rows } = await this.store.read({
      latest: plan.entries.map(({ setId, key }) => ({ setId, keys: encoded[key]! })),
      windows: [],
    });
    const asOfUs = latestOf(rows, this.clock.nowUs());
    const entries = plan.entries.map((entry, i) => answerEntry(entry, rows[i]!, asOfUs));
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

/** How the features of a set are written and read online. */
export function featureCodec(set: CompiledFeatureSet): RowCodec {
  return rowCodec(set.features.map((feature) => feature.type));
}

/** What is the same in every lookup of a service. */
type LookupPlan = {
  /** Different keys of its entries; entries of one entity share one, and it is encoded once. */
  readonly keys: readonly KeyPlan[];
  readonly entries: readonly EntryPlan[];
  readonly reads: LookupReads;
};

type KeyPlan = { readonly columns: readonly string[]; readonly types: readonly KeyType[] };

type EntryPlan = {
  readonly setId: number;
  /** Its place in `keys`. */
  readonly key: number;
  readonly lifetime: Lifetime;
  readonly codec: RowCodec;
};

function lookupPlan(service: CompiledFeatureService): LookupPlan {
  const keys: KeyPlan[] = [];
  const entries = latestEntries(service).map(({ featureSet, keyColumns }): EntryPlan => {
    // The type of a key column is the same wherever a service has it.
    const same = keys.findIndex(({ columns }) => columns.join() === keyColumns.join());
    const key = same < 0 ? keys.push({ columns: keyColumns, types: featureSet.keyTypes }) - 1 : same;
    const { id, lifetime } = featureSet;
    return { setId: id, key, lifetime, codec: featureCodec(featureSet) };
  });
  return { keys, entries, reads: lookupReads(service) };
}

/** T: the later of the clock and the newest event time read, tombstones and expired rows too (S14). */
function latestOf(rows: readonly (readonly (StoredRow | null)[])[], nowUs: bigint): bigint {
  let latest = nowUs;
  for (const entryRows of rows) {
    for (const row of entryRows)
      if (row !== null && row.order.eventTime > latest) latest = row.order.eventTime;
  }
  return latest;
}

function answerEntry(entry: EntryPlan, rows: readonly (StoredRow | null)[], asOfUs: bigint): EntryAnswer {
  const states = rows.map((row) => stateOf(row, entry.lifetime, asOfUs));
  return {
    states,
    values: rows.map((row, i) => (states[i] === 'ALIVE' ? entry.codec.decode(row!.payload) : NO_VALUES)),
    eventTimes: rows.map((row, i) => (states[i] === 'NOT_FOUND' ? null : row!.order.eventTime)),
    sequences: rows.map((row) => row?.through ?? null),
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
