import { valueAt } from '../../definition/column-batch.js';
import type { SourceDocument } from '../../definition/document.js';
import { jsonTextOf } from '../../definition/json-text.js';
import { jsonOf } from '../../definition/json-value.js';
import { formatTimestamp } from '../../definition/time.js';
import type { KeyRows } from '../../offline/store.js';
import type { Cause } from './difference.js';
import type { LoggedRow } from './logged-rows.js';

/** The rows that are compared. */
export type ComparedRows = {
  readonly source: SourceDocument;
  /** In the order of the log. */
  readonly logged: readonly LoggedRow[];
  readonly history: KeyRows;
  /** Whether `history` holds only the newest of the rows that there are. */
  readonly isCut: boolean;
};

/** The first row, by its place in the log, that history does not have as the log does; null where there is none (S9). */
export function firstChanged({ source, logged, history, isCut }: ComparedRows): Cause | null {
  const { sequences, eventTimes } = history.orders;
  const places = new Map(Array.from(sequences, (sequence, place) => [sequence, place]));
  const known = new Map(logged.map((row) => [row.sequence, row]));
  // Of more rows than were listed those that the list reaches back to.
  const oldestUs = isCut ? eventTimes.at(-1)! : null;
  const isCompared = (sequence: bigint): boolean => {
    const eventUs = known.get(sequence)?.eventUs ?? eventTimes[places.get(sequence)!]!;
    return oldestUs === null || eventUs > oldestUs;
  };
  const all = [...new Set([...known.keys(), ...sequences])].filter(isCompared);
  for (const sequence of all.sort((a, b) => (a < b ? -1 : 1))) {
    const cause = changeOf(source, known.get(sequence) ?? null, history, places.get(sequence) ?? null);
    if (cause !== null) return cause;
  }
  return null;
}

function changeOf(
  source: SourceDocument,
  logged: LoggedRow | null,
  history: KeyRows,
  place: number | null,
): Cause | null {
  if (logged === null) {
    const { sequences, eventTimes } = history.orders;
    return { ...rowCause(source, sequences[place!]!, eventTimes[place!]!), what: 'not in the log' };
  }
  const base = rowCause(source, logged.sequence, logged.eventUs);
  if (place === null) return { ...base, what: 'missing in history' };
  const columns = changedColumns(source, logged, history, place);
  return columns.length === 0 ? null : { ...base, what: 'changed in history', columns };
}

/** Columns of the source that differ; the order time under a name that no column has. */
function changedColumns(
  { columns }: SourceDocument,
  { values, orderUs }: LoggedRow,
  { rows, orders }: KeyRows,
  place: number,
): NonNullable<Extract<Cause, { kind: 'row' }>['columns']> {
  const changed = columns.flatMap(({ name, type }) => {
    const log = values.get(name) ?? null;
    const history = valueAt(rows.columns.get(name)!, place);
    const text = jsonTextOf(type);
    return text(log) === text(history)
      ? []
      : [{ name, log: jsonOf(type, log), history: jsonOf(type, history) }];
  });
  const historyUs = orders.orderTimes[place]!;
  if (orderUs === historyUs) return changed;
  return [
    ...changed,
    { name: ORDER_TIME, log: formatTimestamp(orderUs), history: formatTimestamp(historyUs) },
  ];
}

const ORDER_TIME = 'order__time';

/** What every cause says of its row. */
export function rowCause(
  { name }: SourceDocument,
  sequence: bigint,
  eventUs: bigint,
): Pick<Extract<Cause, { kind: 'row' }>, 'kind' | 'source' | 'sequence' | 'eventTime'> {
  return { kind: 'row', source: name, sequence: String(sequence), eventTime: formatTimestamp(eventUs) };
}
