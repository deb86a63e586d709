import { valueAt } from '../../definition/column-batch.js';
import type { SourceDocument } from '../../definition/document.js';
import { jsonTextOf } from '../../definition/json-text.js';
import { featureStatus } from '../../definition/status.js';
import { formatTimestamp } from '../../definition/time.js';
import type { Value } from '../../definition/value.js';
import type { ValueType } from '../../definition/value-type.js';
import type { KeyRows } from '../../offline/store.js';
import { isDeletion } from '../explain/key-rows.js';
import type { ReadFeature } from '../explain/rests-on.js';
import { type Tile, WindowValue } from '../explain/window-value.js';
import type { Cause, Cell, Difference } from './difference.js';
import type { EntryQuestion } from './entry-question.js';
import { rowCause } from './log-against-history.js';

/** Rows that are added to states while one difference is explained: a second at most. */
const MAX_ADDED = 2_000_000;

/**
 * The first tile or row with which, or without which, history gives what was served: what the answer saw of the window that
 * history does not, or the other way round. Rows may be more than those of the span. Null where no single one is it.
 */
export function servedOtherwise(question: EntryQuestion, rows: KeyRows): Cause | null {
  const { read, isServed, difference } = question;
  if (!isServed) return null;
  return read.kind === 'latest'
    ? newestServed(read, rows, difference)
    : otherwiseCounted({ ...question, read }, rows, difference);
}

type WindowQuestion = Pick<EntryQuestion, 'span' | 'wanted'> & {
  readonly read: Extract<ReadFeature, { kind: 'windowed' }>;
};

function otherwiseCounted(question: WindowQuestion, rows: KeyRows, { served }: Difference): Cause | null {
  const { entry, feature } = question.read;
  const alive = placesOf(rows).filter((row) => !isDeletion(rows, row, entry));
  const values = new WindowValue(entry, feature, rows);
  // What is tried costs as many rows as there are, each time.
  let tries = Math.floor(MAX_ADDED / Math.max(1, alive.length));
  const trial: Trial = {
    source: entry.featureSet.source,
    rows,
    counted: new Set(alive.filter((row) => isCounted(question, rows, row))),
    gives: (isIn) => tries-- > 0 && givesServed(feature, values.of(alive.filter(isIn)), served),
  };
  const tiles = feature.max === null ? values.tilesOf(alive) : [];
  return (
    firstOf(tiles, (tile) => tileCause(tile, trial)) ??
    firstOf(alive.toReversed(), (row) => oneRow(row, trial))
  );
}

/** Whether the answer has a row, by the span of its window and by its record. */
function isCounted({ span, wanted }: WindowQuestion, { orders }: KeyRows, row: number): boolean {
  const eventUs = orders.eventTimes[row]!;
  if (orders.sequences[row]! > wanted.throughSequence || eventUs > span.throughUs) return false;
  return span.afterUs === null || eventUs > span.afterUs;
}

function firstOf<T>(items: readonly T[], causeOf: (item: T) => Cause | null): Cause | null {
  for (const item of items) {
    const cause = causeOf(item);
    if (cause !== null) return cause;
  }
  return null;
}

type Trial = {
  readonly source: SourceDocument;
  readonly rows: KeyRows;
  /** Rows that history counts. */
  readonly counted: ReadonlySet<number>;
  /** Whether the rows of some choice give what was served; false once enough was tried. */
  readonly gives: (isIn: (row: number) => boolean) => boolean;
};

/** A tile of one row is that row. */
function tileCause({ rows, afterUs, throughUs }: Tile, { source, counted, gives }: Trial): Cause | null {
  if (rows.length < 2) return null;
  const mine = new Set(rows);
  const isIn = rows.some((row) => counted.has(row));
  if (!gives((row) => (mine.has(row) ? !isIn : counted.has(row)))) return null;
  const [after, through] = [formatTimestamp(afterUs), formatTimestamp(throughUs)];
  return { kind: 'tile', what: countedBy(isIn), source: source.name, after, through, rows: rows.length };
}

function oneRow(row: number, { source, rows, counted, gives }: Trial): Cause | null {
  const isIn = counted.has(row);
  if (!gives((each) => (each === row ? !isIn : counted.has(each)))) return null;
  const { sequences, eventTimes } = rows.orders;
  return { ...rowCause(source, sequences[row]!, eventTimes[row]!), what: countedBy(isIn) };
}

function countedBy(history: boolean): 'counted in history only' | 'counted online only' {
  return history ? 'counted in history only' : 'counted online only';
}

/** The newest of the rows that have the value that was served. */
function newestServed(
  { entry, feature }: Extract<ReadFeature, { kind: 'latest' }>,
  rows: KeyRows,
  { served }: Difference,
): Cause | null {
  if (served.status === 'NOT_FOUND') return null;
  const column = entry.featureSet.kernel(rows.rows).columns.get(feature.name)!;
  const { eventTimes, sequences } = rows.orders;
  const found = placesOf(rows).find(
    (row) =>
      !isDeletion(rows, row, entry) &&
      (served.eventUs === undefined || eventTimes[row] === served.eventUs) &&
      givesServed(feature, valueAt(column, row), served),
  );
  if (found === undefined) return null;
  const base = rowCause(entry.featureSet.source, sequences[found]!, eventTimes[found]!);
  return { ...base, what: 'the newest online' };
}

function placesOf({ rows: { rowCount } }: KeyRows): readonly number[] {
  return Array.from({ length: rowCount }, (_, row) => row);
}

function givesServed(
  { type, defaultValue }: { readonly type: ValueType; readonly defaultValue: Value },
  value: Value,
  { value: text, status }: Cell,
): boolean {
  return (
    featureStatus('ALIVE', value === null) === status && jsonTextOf(type)(value ?? defaultValue) === text
  );
}
