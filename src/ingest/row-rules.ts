import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import { type Column, type ColumnBatch, valueAt } from '../definition/column-batch.js';
import type { ColumnDocument, SourceDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import { encodeKey, MAX_KEY_BYTES } from '../definition/key.js';
import { isValueOf, TIMESTAMP_MAX_US, TIMESTAMP_MIN_US, type Value } from '../definition/value.js';
import { elementTypeOf } from '../definition/value-type.js';

/** What the doors check besides types, the same for every door. */
export type RowRules = {
  readonly source: SourceDocument;
  /** Every feature set version of the source: their entities need keys. */
  readonly featureSets: readonly SourceFeatureSet[];
};

/** Problems by the row they are in; rows without any are not there. */
export type RowProblems = ReadonlyMap<number, readonly Problem[]>;

/**
 * What refuses rows beside their types: no time, no whole key (S4), too long a key, values out of range or embeddings of
 * another dimension (S1). Paths are within the row.
 */
export function problemsOf(batch: ColumnBatch, rules: RowRules): RowProblems {
  const found = new Map<number, Problem[]>();
  const report: Report = (row, name, message) => {
    const problem = { path: name === '' ? '' : `/${name}`, message };
    const others = found.get(row);
    if (others === undefined) found.set(row, [problem]);
    else others.push(problem);
  };
  checkTimes(batch, rules, report);
  checkKeys(batch, rules, report);
  for (const declared of rules.source.columns) checkValues(batch, declared, report);
  return found;
}

/** Rows whose event time is later than `latestUs`, microseconds (S14). */
export function rowsAhead(batch: ColumnBatch, source: SourceDocument, latestUs: bigint): readonly number[] {
  const { values, valid } = batch.columns.get(source.eventTime)!;
  const events = values as BigInt64Array;
  const ahead: number[] = [];
  for (let row = 0; row < batch.rowCount; row++)
    if (events[row]! > latestUs && (valid === null || valid[row] === 1)) ahead.push(row);
  return ahead;
}

/** A row's encoded entity key in one feature set; null when a component is NULL. */
export function keyOf(set: SourceFeatureSet, batch: ColumnBatch, row: number): Buffer | null {
  return encodeKey(
    set.keyTypes,
    set.keyColumns.map((name) => valueAt(batch.columns.get(name)!, row)),
  );
}

type Report = (row: number, column: string, message: string) => void;

function checkTimes(batch: ColumnBatch, { source }: RowRules, report: Report): void {
  for (const name of [source.eventTime, source.createdTime]) {
    const valid = name === undefined ? null : batch.columns.get(name)!.valid;
    for (let row = 0; valid !== null && row < batch.rowCount; row++)
      if (valid[row] === 0) report(row, name!, 'is NULL or missing; every row needs this time');
  }
}

function checkKeys(batch: ColumnBatch, { featureSets }: RowRules, report: Report): void {
  const keyed = distinctKeys(featureSets).map((set) => ({
    set,
    columns: set.keyColumns.map((name) => batch.columns.get(name)!),
  }));
  if (keyed.length === 0) return;
  const mayLackKeys = keyed.every(({ columns }) => columns.some(({ valid }) => valid !== null));
  const isLong = keyed.map(({ columns }) => longKeys(columns));
  for (let row = 0; row < batch.rowCount; row++) {
    if (mayLackKeys && keyed.every(({ columns }) => columns.some((column) => isNull(column, row)))) {
      const wanted = keyed.map(({ set }) => set.keyColumns.join(' and ')).join(', or ');
      report(row, keyed[0]!.set.keyColumns[0]!, `no entity has a whole key; give ${wanted}`);
    } else if (keyed.some(({ set }, i) => isLong[i]!(row) && isTooLong(set, batch, row))) {
      report(row, '', `a key is longer than ${MAX_KEY_BYTES} bytes`);
    }
  }
}

function isNull({ valid }: Column, row: number): boolean {
  return valid !== null && valid[row] === 0;
}

/** Whether a key may be too long, without encoding it: UTF-8 has at most 3 bytes a UTF-16 unit. */
function longKeys(columns: readonly Column[]): (row: number) => boolean {
  const varying = columns.filter(({ type }) => type === 'STRING' || type === 'BYTES');
  const others = (columns.length - varying.length) * 8 + varying.length * 4;
  return (row) => {
    let bytes = others;
    for (const { values } of varying) bytes += 3 * (values[row] as string | Uint8Array).length;
    return bytes > MAX_KEY_BYTES;
  };
}

function isTooLong(set: SourceFeatureSet, batch: ColumnBatch, row: number): boolean {
  const key = keyOf(set, batch, row);
  return key !== null && key.length > MAX_KEY_BYTES;
}

/** One set for each way in which the sets are keyed. */
function distinctKeys(featureSets: readonly SourceFeatureSet[]): readonly SourceFeatureSet[] {
  const byKey = new Map(featureSets.map((set) => [`${set.entity.name}/${set.keyColumns.join('/')}`, set]));
  return [...byKey.values()];
}

/** Files hold times and days that no value type has, and embeddings of any length. */
function checkValues(batch: ColumnBatch, declared: ColumnDocument, report: Report): void {
  const scalar = elementTypeOf(declared.type) ?? declared.type;
  if (declared.dimension === undefined && scalar !== 'TIMESTAMP' && scalar !== 'DATE') return;
  const column = batch.columns.get(declared.name)!;
  if (column.values instanceof BigInt64Array && isInRange(column.values)) return;
  for (let row = 0; row < batch.rowCount; row++) {
    const message = valueProblem(declared, valueAt(column, row));
    if (message !== null) report(row, declared.name, message);
  }
}

function isInRange(instants: BigInt64Array): boolean {
  for (const us of instants) if (us < TIMESTAMP_MIN_US || us > TIMESTAMP_MAX_US) return false;
  return true;
}

function valueProblem({ type, dimension }: ColumnDocument, value: Value): string | null {
  if (!isValueOf(type, value)) return 'lies outside of the years 1 to 9999';
  if (dimension === undefined || !Array.isArray(value) || value.length === dimension) return null;
  return `has ${value.length} elements; its dimension is ${dimension}`;
}
