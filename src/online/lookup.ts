import type { CompiledFeatureService, ServiceEntry } from '../compile/feature-service.js';
import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { type Column, type ColumnBatch, ColumnBuilder, valueAt } from '../definition/column-batch.js';
import { encodeKey, MAX_KEY_BYTES } from '../definition/key.js';
import { featureStatus, rowStatus, type Status } from '../definition/status.js';
import type { Value } from '../definition/value.js';
import type { Clock } from '../platform/clock.js';
import { type RowCodec, rowCodec } from './row-codec.js';
import type { OnlineStore, StoredRow } from './store.js';

/** The features of some entities as of one T; every member is in the order of the service and of the entities. */
export type LookupAnswer = {
  /** T: the later of the service clock and the newest event time in the state read (S14). */
  readonly asOfUs: bigint;
  /** One column an output of the service, defaults in place of missing values (S7). */
  readonly values: ColumnBatch;
  /** [output][entity] */
  readonly statuses: readonly (readonly Status[])[];
  /** [entry][entity]; null where the row is NOT_FOUND. */
  readonly eventTimes: readonly (readonly (bigint | null)[])[];
  /** [entry][entity]: what the state knew (S18); null where nothing is stored. */
  readonly sequences: readonly (readonly (bigint | null)[])[];
};

/** Latest values by entity key. */
export class Lookup {
  private readonly codecs = new WeakMap<CompiledFeatureSet, RowCodec>();
  /** Ids of versions that were found active: they stay so. */
  private readonly active = new Set<number>();

  constructor(
    private readonly store: OnlineStore,
    private readonly clock: Clock,
  ) {}

  /** `keys` has the service's key columns, one row an entity; a key with a NULL finds nothing (S15). */
  async lookup(service: CompiledFeatureService, keys: ColumnBatch): Promise<LookupAnswer> {
    const active = await Promise.all(service.entries.map(({ featureSet }) => this.isActive(featureSet.id)));
    const reads = service.entries.map((entry, i) => ({
      setId: entry.featureSet.id,
      keys: active[i]! ? entityKeys(entry, keys) : entityKeys(entry, keys).map(() => null),
    }));
    const rows = await this.store.read(reads);
    const asOfUs = rows
      .flat()
      .reduce(
        (latest, row) => (row !== null && row.order.eventTime > latest ? row.order.eventTime : latest),
        this.clock.nowUs(),
      );
    const parts = service.entries.map((entry, i) => this.answerEntry(entry, rows[i]!, asOfUs));
    return {
      asOfUs,
      values: { rowCount: keys.rowCount, columns: new Map(parts.flatMap((part) => part.columns)) },
      statuses: parts.flatMap((part) => part.statuses),
      eventTimes: parts.map((part) => part.eventTimes),
      sequences: rows.map((entryRows) => entryRows.map((row) => row?.order.sequence ?? null)),
    };
  }

  private async isActive(setId: number): Promise<boolean> {
    if (this.active.has(setId)) return true;
    const active = await this.store.isActive(setId);
    if (active) this.active.add(setId);
    return active;
  }

  private answerEntry(entry: ServiceEntry, rows: readonly (StoredRow | null)[], asOfUs: bigint) {
    const codec = this.codecOf(entry.featureSet);
    const states = rows.map((row) => stateOf(row, entry.featureSet, asOfUs));
    const decoded = rows.map((row, i) => (states[i] === 'ALIVE' ? codec.decode(row!.payload) : NO_VALUES));
    const outputs = entry.features.map((feature) => {
      const builder = new ColumnBuilder(feature.type, rows.length);
      const statuses = decoded.map((values, i) => {
        const value: Value = values[feature.index] ?? null;
        builder.set(i, value ?? feature.defaultValue);
        return featureStatus(states[i]!, value === null);
      });
      return { column: [feature.outputName, builder.finish()] as const, statuses };
    });
    return {
      columns: outputs.map((output): readonly [string, Column] => output.column),
      statuses: outputs.map((output) => output.statuses),
      eventTimes: rows.map((row, i) => (states[i] === 'NOT_FOUND' ? null : row!.order.eventTime)),
    };
  }

  private codecOf(set: CompiledFeatureSet): RowCodec {
    const known = this.codecs.get(set);
    if (known !== undefined) return known;
    const codec = featureCodec(set);
    this.codecs.set(set, codec);
    return codec;
  }
}

export const LOOKUP = Symbol('Lookup');

/** How the features of a set are written and read online. */
export function featureCodec(set: CompiledFeatureSet): RowCodec {
  return rowCodec(set.features.map((feature) => feature.type));
}

const NO_VALUES: readonly Value[] = [];

function stateOf(row: StoredRow | null, set: CompiledFeatureSet, asOfUs: bigint) {
  if (row === null || row.tombstone) return 'NOT_FOUND';
  return rowStatus(asOfUs - row.order.eventTime, set.lifetime);
}

function entityKeys(entry: ServiceEntry, keys: ColumnBatch): readonly (Buffer | null)[] {
  const columns = entry.keyColumns.map((name) => keys.columns.get(name)!);
  return Array.from({ length: keys.rowCount }, (_, row) => {
    const values = columns.map((column) => valueAt(column, row));
    const key = encodeKey(entry.featureSet.keyTypes, values);
    return key !== null && key.length > MAX_KEY_BYTES ? null : key;
  });
}
