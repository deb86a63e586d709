import { createHash } from 'node:crypto';
import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { jsonOf, stringifyJson } from '../definition/json-value.js';
import type { Value } from '../definition/value.js';
import type { KnownEvent } from './identities.js';
import type { LoggedRows } from './log.js';

/** A row's event id, as a digest, and the digest of its whole content; null where the id is NULL (S11). */
export function eventOf(
  source: SourceDocument,
  rows: ColumnBatch,
  row: number,
): { readonly id: string; readonly contentHash: string } | null {
  const id = rows.columns.get(source.eventId!)!;
  const value = valueAt(id, row);
  if (value === null) return null;
  return { id: digestOf(text(id.type, value)), contentHash: contentHashOf(rows, row) };
}

/** Event ids of logged rows. */
export function eventsOf(source: SourceDocument, logged: LoggedRows): ReadonlyMap<string, KnownEvent> {
  const events = new Map<string, KnownEvent>();
  const { rows, arrivalUs } = logged;
  // Rows logged before the source had the column have no id.
  if (source.eventId === undefined || !rows.columns.has(source.eventId)) return events;
  for (let row = 0; row < rows.rowCount; row++) {
    const event = eventOf(source, rows, row);
    if (event !== null) events.set(event.id, { contentHash: event.contentHash, arrivalUs });
  }
  return events;
}

/** NULLs are left out, so that a column which the source gained changes nothing. */
function contentHashOf(rows: ColumnBatch, row: number): string {
  const names = [...rows.columns.keys()].sort();
  const members = names.flatMap((name) => {
    const column = rows.columns.get(name)!;
    const value = valueAt(column, row);
    return value === null ? [] : [`${name}=${text(column.type, value)}`];
  });
  return digestOf(members.join('\n'));
}

function text(type: Parameters<typeof jsonOf>[0], value: Value): string {
  return stringifyJson(jsonOf(type, value));
}

/** Short enough for a key of the index, long enough that no two texts share it. */
export function digestOf(content: string): string {
  return createHash('sha256').update(content, 'utf8').digest('base64url');
}
