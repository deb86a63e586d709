import type { ServiceEntry } from '../../compile/service-reads.js';
import { valueAt } from '../../definition/column-batch.js';
import { formatTimestamp } from '../../definition/time.js';
import type { Value } from '../../definition/value.js';
import type { KeyRows, KeyRowsQuery } from '../../offline/store.js';
import type { ExplainedRow } from './explanation.js';

/** By which rule rows count (S17, S18): `record` is what an online answer says of itself, null where it knew nothing. */
export type KnownBy =
  | { readonly kind: 'known' | 'event' | 'served' }
  | { readonly kind: 'record'; readonly sequence: bigint | null };

/** Whether a row is known to an answer as of T; its event time is another matter. */
export function isKnown(rows: KeyRows, row: number, by: KnownBy, asOfUs: bigint): boolean {
  switch (by.kind) {
    case 'event':
      return true;
    case 'known':
      return rows.createdTimes[row]! <= asOfUs;
    case 'served':
      return rows.visibleTimes[row]! <= asOfUs;
    case 'record':
      return by.sequence !== null && rows.orders.sequences[row]! <= by.sequence;
  }
}

/** What a question to history leaves out of the rows that are not known to an answer as of T. */
export function boundOf(by: KnownBy, asOfUs: bigint): Pick<KeyRowsQuery, 'throughSequence' | 'knownThrough'> {
  switch (by.kind) {
    case 'event':
      return { throughSequence: null, knownThrough: null };
    case 'known':
      return { throughSequence: null, knownThrough: { time: 'created', us: asOfUs } };
    case 'served':
      return { throughSequence: null, knownThrough: { time: 'visible', us: asOfUs } };
    case 'record':
      return { throughSequence: by.sequence ?? BEFORE_THE_FIRST, knownThrough: null };
  }
}

const BEFORE_THE_FIRST = -1n;

/** Whether a row is a deletion (S13). */
export function isDeletion(rows: KeyRows, row: number, { featureSet: { source } }: ServiceEntry): boolean {
  if (source.tombstone === undefined) return false;
  return valueAt(rows.rows.columns.get(source.tombstone)!, row) === true;
}

/** The values of an entry's key, in the entity's order; null where one of them is missing. */
export function keyOf({ keyColumns }: ServiceEntry, read: (name: string) => Value): readonly Value[] | null {
  const key = keyColumns.map(read);
  return key.includes(null) ? null : key;
}

/** What every listing says of a row. */
export function rowJson(
  { orders, createdTimes, createdAssumed }: KeyRows,
  row: number,
): Pick<ExplainedRow, 'sequence' | 'eventTime' | 'createdTime' | 'createdAssumed'> {
  return {
    sequence: String(orders.sequences[row]!),
    eventTime: formatTimestamp(orders.eventTimes[row]!),
    createdTime: formatTimestamp(createdTimes[row]!),
    ...(createdAssumed[row] === 1 && { createdAssumed: true as const }),
  };
}
