import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import type { ColumnDocument, SourceDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { encodeKey, MAX_KEY_BYTES } from '../definition/key.js';
import { formatTimestamp } from '../definition/time.js';
import { isValueOf, TIMESTAMP_MAX_US, type Value } from '../definition/value.js';
import { elementTypeOf } from '../definition/value-type.js';
import { refuseIf } from './row-parser.js';

/** What the doors check besides types, the same for every door. */
export type DoorRules = {
  readonly source: SourceDocument;
  /** Every feature set version of the source: their entities need keys. */
  readonly featureSets: readonly CompiledFeatureSet[];
  /** Path of a row in the caller's input. */
  readonly rowPath: (row: number) => string;
  /** A row with a later event time is refused, microseconds (S14). */
  readonly latestEventUs: bigint;
};

/**
 * Refuses rows without times, without any whole key (S4), with too long a key, with values out of range or embeddings of
 * another dimension (S1), or too far ahead of the clock (S14).
 */
export function requireRows(batch: ColumnBatch, rules: DoorRules): void {
  const problems = [
    ...timeProblems(batch, rules),
    ...keyProblems(batch, rules),
    ...valueProblems(batch, rules),
  ];
  refuseIf(problems);
  requireDue(batch, rules);
}

/** Created and order time of each row (S10). `assumeKnownAfter`: files without a declared created time. */
export function stampsOf(
  source: SourceDocument,
  rows: ColumnBatch,
  arrivalUs: bigint,
  door: 'push' | 'file',
): {
  readonly createdTimes: BigInt64Array;
  readonly orderTimes: BigInt64Array;
  readonly createdAssumed: boolean;
} {
  if (source.createdTime !== undefined) {
    const declared = rows.columns.get(source.createdTime)!.values as BigInt64Array;
    return { createdTimes: declared, orderTimes: declared, createdAssumed: false };
  }
  const arrivals = new BigInt64Array(rows.rowCount).fill(arrivalUs);
  if (door === 'push') return { createdTimes: arrivals, orderTimes: arrivals, createdAssumed: false };
  const knownAfterUs = parseDuration(source.knownAfter ?? '0s', '/knownAfter');
  const events = rows.columns.get(source.eventTime)!.values as BigInt64Array;
  return {
    createdTimes: events.map((eventUs) => {
      const createdUs = eventUs + knownAfterUs;
      return createdUs < TIMESTAMP_MAX_US ? createdUs : TIMESTAMP_MAX_US;
    }),
    orderTimes: arrivals,
    createdAssumed: true,
  };
}

function timeProblems(batch: ColumnBatch, { source, rowPath }: DoorRules): readonly Problem[] {
  const required = [source.eventTime, source.createdTime].filter((name) => name !== undefined);
  return required.flatMap((name) => {
    const { valid } = batch.columns.get(name)!;
    if (valid === null) return [];
    const missing = [...valid.keys()].filter((row) => valid[row] === 0);
    return missing.map((row) => ({
      path: `${rowPath(row)}/${name}`,
      message: 'is NULL or missing; every row needs this time',
    }));
  });
}

/** Files hold times and days that no value type has, and embeddings of any length. */
function valueProblems(batch: ColumnBatch, { source, rowPath }: DoorRules): readonly Problem[] {
  return source.columns.flatMap((declared) => {
    const scalar = elementTypeOf(declared.type) ?? declared.type;
    if (declared.dimension === undefined && scalar !== 'TIMESTAMP' && scalar !== 'DATE') return [];
    const column = batch.columns.get(declared.name)!;
    return Array.from({ length: batch.rowCount }, (_, row) => row).flatMap((row) => {
      const message = valueProblem(declared, valueAt(column, row));
      return message === null ? [] : [{ path: `${rowPath(row)}/${declared.name}`, message }];
    });
  });
}

function valueProblem({ type, dimension }: ColumnDocument, value: Value): string | null {
  if (!isValueOf(type, value)) return 'lies outside of the years 1 to 9999';
  if (dimension === undefined || !Array.isArray(value) || value.length === dimension) return null;
  return `has ${value.length} elements; its dimension is ${dimension}`;
}

function keyProblems(batch: ColumnBatch, { featureSets, rowPath }: DoorRules): readonly Problem[] {
  const keyed = distinctKeys(featureSets);
  if (keyed.length === 0) return [];
  const problems: Problem[] = [];
  for (let row = 0; row < batch.rowCount; row++) {
    const keys = keyed.map((set) => keyOf(set, batch, row));
    if (keys.every((key) => key === null)) {
      const columns = keyed.map(({ keyColumns }) => keyColumns.join(' and ')).join(', or ');
      problems.push({
        path: `${rowPath(row)}/${keyed[0]!.keyColumns[0]!}`,
        message: `no entity has a whole key; give ${columns}`,
      });
    } else if (keys.some((key) => key !== null && key.length > MAX_KEY_BYTES)) {
      problems.push({ path: rowPath(row), message: `a key is longer than ${MAX_KEY_BYTES} bytes` });
    }
  }
  return problems;
}

/** One set for each way in which the sets are keyed. */
function distinctKeys(featureSets: readonly CompiledFeatureSet[]): readonly CompiledFeatureSet[] {
  const byKey = new Map(featureSets.map((set) => [`${set.entity.name}/${set.keyColumns.join('/')}`, set]));
  return [...byKey.values()];
}

/** A row's encoded entity key in one feature set; null when a component is NULL. */
export function keyOf(set: CompiledFeatureSet, batch: ColumnBatch, row: number): Buffer | null {
  return encodeKey(
    set.keyTypes,
    set.keyColumns.map((name) => valueAt(batch.columns.get(name)!, row)),
  );
}

function requireDue(batch: ColumnBatch, { source, rowPath, latestEventUs }: DoorRules): void {
  const events = batch.columns.get(source.eventTime)!.values as BigInt64Array;
  const row = events.findIndex((eventUs) => eventUs > latestEventUs);
  if (row < 0) return;
  const path = `${rowPath(row)}/${source.eventTime}`;
  const message = `${path}: ${formatTimestamp(events[row]!)} is later than the service clock allows, ${formatTimestamp(latestEventUs)}; send the row when it has happened; no row was taken`;
  throw new PlumblineError('FUTURE_EVENT', message, { path });
}
