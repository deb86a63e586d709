import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { CompiledFeatureSet } from '../compile/feature-set.js';
import type { ServiceEntry } from '../compile/service-reads.js';
import { requireNoLabels } from '../compile/without-labels.js';
import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { encodeKey, MAX_KEY_BYTES } from '../definition/key.js';
import type { Value } from '../definition/value.js';
import type { KeyType } from '../definition/value-type.js';
import type { Clock } from '../platform/clock.js';
import { WorkTurns } from '../platform/work-turns.js';
import { type AnswerWork, type EntryAnswer, EntryAnswers, type LatestReader } from './entry-answers.js';
import type { LeastSequences } from './lookup-least.js';
import { type LookupReads, lookupReads, type ReadRows } from './lookup-reads.js';
import { type RowCodec, rowCodec } from './row-codec.js';
import type { LatestRead, OnlineAnswer, OnlineStore } from './store.js';
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

/**
 * Most bytes of windows that the entities of one request may have, by what their feature sets declare: they are held together,
 * because no value is finished before T is known, which is never before the newest row of any of them (S14).
 */
const MAX_DECLARED_BYTES = 2 ** 29;

/** Bytes of state that become values in one turn of the event loop, some milliseconds; one entity's are never split. */
const BYTES_A_TURN = 2 ** 18;

/** What one read expression costs, in bytes of state. */
const READ_WORK = 64;

/** Latest values and windows by entity key. */
export class Lookup {
  private readonly plans = new WeakMap<CompiledFeatureService, LookupPlan>();

  constructor(
    private readonly store: OnlineStore,
    private readonly clock: Clock,
  ) {}

  /**
   * `asked` has the service's key columns and request inputs, one row an entity; a key with a NULL finds nothing (S15), and
   * neither does any key in a feature set version that is not active (S18). Of many entities other requests get their turns in
   * between. Throws INVALID_REQUEST for a service with labels, TOO_LARGE for more entities than their windows allow, UNAVAILABLE
   * where state is behind `least`, or cannot be reached.
   */
  async lookup(
    service: CompiledFeatureService,
    asked: ColumnBatch,
    least: LeastSequences = NO_LEAST,
  ): Promise<LookupAnswer> {
    const plan = this.planOf(service);
    requireBounded(plan, asked.rowCount);
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
    // All is read before a value is finished: no state has a row behind T, whenever it was read.
    const asOfUs = latestOf(found, nowUs);
    const work = { asOfUs, turns: new WorkTurns(BYTES_A_TURN), entityCount: asked.rowCount };
    const entries: EntryAnswer[] = [];
    for (const entry of plan.entries) {
      const answer = new EntryAnswers();
      const rest = addEntry(answer, { reads: found, entry }, work);
      if (rest !== null) await rest;
      entries.push(answer);
    }
    const computed: (readonly Value[])[] = [];
    const rest = computeReads(computed, plan.reads, { asOfUs, entries, asked }, work.turns);
    if (rest !== null) await rest;
    return { asOfUs, entityCount: asked.rowCount, entries, reads: computed };
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
  readonly entries: readonly PlacedEntry[];
  readonly latest: readonly LatestPlan[];
  readonly windows: readonly WindowsPlan[];
  readonly reads: LookupReads;
  /** Declared bytes of the windows that one entity may have. */
  readonly windowBytes: number;
};

type KeyPlan = { readonly columns: readonly string[]; readonly types: readonly KeyType[] };

type EntryPlan = LatestPlan | WindowsPlan;

/** With its place among the reads of its kind. */
type PlacedEntry = EntryPlan & { readonly read: number };

type PlannedRead = {
  readonly setId: number;
  /** Its place in `keys`. */
  readonly key: number;
  readonly source: string;
};

type LatestPlan = PlannedRead & LatestReader & { readonly kind: 'latest' };

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
  const latest = entries.filter((entry) => entry.kind === 'latest');
  const windows = entries.filter((entry) => entry.kind === 'windowed');
  return {
    keys,
    entries: entries.map((entry) => ({
      ...entry,
      read: entry.kind === 'latest' ? latest.indexOf(entry) : windows.indexOf(entry),
    })),
    latest,
    windows,
    reads: lookupReads(service),
    windowBytes: windows.reduce((sum, { values }) => sum + values.maxBytes, 0),
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

/** One entity is always answered: what it may have, its feature sets bound. */
function requireBounded({ windowBytes }: LookupPlan, entityCount: number): void {
  if (entityCount < 2 || entityCount * windowBytes <= MAX_DECLARED_BYTES) return;
  const most = Math.max(1, Math.floor(MAX_DECLARED_BYTES / windowBytes));
  const [each, all] = [windowBytes, MAX_DECLARED_BYTES].map((bytes) => (bytes / 2 ** 20).toFixed(1));
  const message = `the windows of ${entityCount} entities may hold ${each} MiB each by what their feature sets declare, and those of one request ${all} MiB at most; send ${most} entities a request`;
  throw new PlumblineError('TOO_LARGE', message);
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

/** Adds of each entity the values of read expressions. Null where that took no turn. */
function computeReads(
  to: (readonly Value[])[],
  reads: LookupReads,
  rows: ReadRows,
  turns: WorkTurns,
): Promise<void> | null {
  if (reads.count === 0) return null;
  return turns.each(rows.asked.rowCount, (row) => {
    to.push(reads.row(rows, row));
    return reads.count * READ_WORK;
  });
}

/** Adds what an entry says, from the read that is its own. Null where that took no turn. */
function addEntry(
  to: EntryAnswers,
  { reads, entry }: { readonly reads: OnlineAnswer; readonly entry: PlacedEntry },
  work: AnswerWork & { readonly entityCount: number },
): Promise<void> | null {
  if (entry.kind === 'latest') return to.addLatest(entry, reads.latest[entry.read]!, work);
  const found = reads.windows[entry.read]!;
  if (found !== null) return to.addWindows(entry.values, found, work);
  to.addNothing(work.entityCount);
  return null;
}

function entityKeys({ columns, types }: KeyPlan, keys: ColumnBatch): readonly (Buffer | null)[] {
  const parts = columns.map((name) => keys.columns.get(name)!);
  const encoded: (Buffer | null)[] = [];
  for (let row = 0; row < keys.rowCount; row++) {
    const key = encodeKey(
      types,
      parts.map((column) => valueAt(column, row)),
    );
    encoded.push(key !== null && key.length > MAX_KEY_BYTES ? null : key);
  }
  return encoded;
}
