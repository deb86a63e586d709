import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { encodeKey } from '../definition/key.js';
import type { Value } from '../definition/value.js';
import type { KeyType } from '../definition/value-type.js';
import type { LoggedRows, SourceLog } from './log.js';
import { stampsOf } from './row-stamps.js';

/** A source by the key of one of its entities. */
type KeyedLog = {
  readonly project: string;
  readonly source: SourceDocument;
  /** Source columns that hold the key, and their types. */
  readonly keyColumns: readonly string[];
  readonly keyTypes: readonly KeyType[];
};

/** Rows of one key, by event time and place in the log. */
type WantedRows = {
  readonly key: readonly Value[];
  readonly afterUs: bigint | null;
  readonly throughUs: bigint;
  readonly throughSequence: bigint;
};

type KeyRow = {
  readonly sequence: bigint;
  readonly eventUs: bigint;
  readonly orderUs: bigint;
  readonly values: ReadonlyMap<string, Value>;
};

/** Rows that are kept of one pass, over all keys: some hundred MiB at most. */
const MAX_KEPT_ROWS = 200_000;

/** Rows of some keys, read back from the log, which is not ordered by keys. */
export class LoggedKeyRows {
  constructor(private readonly log: SourceLog) {}

  /** The rows of each question, in the order of the log, by one pass; null where there are more than are kept of one. */
  async read(
    keyed: KeyedLog,
    wanted: readonly WantedRows[],
    signal: AbortSignal,
  ): Promise<readonly (readonly KeyRow[])[] | null> {
    const { project, source } = keyed;
    const found = wanted.map((): KeyRow[] => []);
    const questions = Map.groupBy(wanted.keys(), (i) => nameOf(keyed.keyTypes, wanted[i]!.key));
    const last = wanted.reduce((most, { throughSequence: each }) => (each > most ? each : most), -1n);
    let kept = 0;
    for await (const logged of this.log.read(`${project}/${source.name}`, 0n)) {
      signal.throwIfAborted();
      if (logged.firstSequence > last) break;
      for (const [i, row] of matches(logged, keyed, { wanted, questions })) {
        if (++kept > MAX_KEPT_ROWS) return null;
        found[i]!.push(rowAt(logged, row, source));
      }
    }
    return found;
  }
}

export const LOGGED_KEY_ROWS = Symbol('LoggedKeyRows');

type Questions = {
  readonly wanted: readonly WantedRows[];
  /** Places in `wanted` by the name of their key. */
  readonly questions: ReadonlyMap<string, readonly number[]>;
};

/** Each question with each row of a batch that it wants. */
function* matches(
  logged: LoggedRows,
  { keyColumns, keyTypes, source }: KeyedLog,
  { wanted, questions }: Questions,
): Iterable<readonly [question: number, row: number]> {
  const { rows } = logged;
  const keys = keyColumns.map((name) => rows.columns.get(name));
  for (let row = 0; row < rows.rowCount; row++) {
    const key = keys.map((column) => (column === undefined ? null : valueAt(column, row)));
    const asked = key.includes(null) ? undefined : questions.get(nameOf(keyTypes, key));
    for (const i of asked ?? []) if (isWanted(logged, row, source, wanted[i]!)) yield [i, row];
  }
}

function isWanted(
  { rows, firstSequence }: LoggedRows,
  row: number,
  { eventTime }: SourceDocument,
  { afterUs, throughUs, throughSequence }: WantedRows,
): boolean {
  const eventUs = (rows.columns.get(eventTime)!.values as BigInt64Array)[row]!;
  if (eventUs > throughUs || firstSequence + BigInt(row) > throughSequence) return false;
  return afterUs === null || eventUs > afterUs;
}

function rowAt(logged: LoggedRows, row: number, source: SourceDocument): KeyRow {
  const { rows, firstSequence } = logged;
  return {
    sequence: firstSequence + BigInt(row),
    eventUs: (rows.columns.get(source.eventTime)!.values as BigInt64Array)[row]!,
    orderUs: stampsOf(source, logged).orderTimes[row]!,
    values: valuesAt(rows, row),
  };
}

function valuesAt({ columns }: ColumnBatch, row: number): ReadonlyMap<string, Value> {
  return new Map([...columns].map(([name, column]) => [name, valueAt(column, row)]));
}

function nameOf(types: readonly KeyType[], key: readonly Value[]): string {
  return encodeKey(types, key)!.toString('latin1');
}
