import type { ColumnBatch } from '../definition/column-batch.js';
import { DEFAULT_DEDUPE_FOR, type SourceDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import type { RefusedRow } from './delivery.js';
import { eventOf } from './event-ids.js';
import type { Identities, KnownEvent } from './identities.js';
import { rowJson } from './sorted-rows.js';

type Rows = {
  /** Of the source, as log and index name it. */
  readonly name: string;
  readonly source: SourceDocument;
  readonly rows: ColumnBatch;
  readonly arrivalUs: bigint;
  /** Rows of the batch that are to be looked at. */
  readonly fit: readonly number[];
};

export type Deduplicated = {
  readonly fresh: readonly number[];
  readonly duplicates: number;
  /** Rows whose event id came with other content; `ordinal` is the row's place in the batch. */
  readonly conflicts: readonly RefusedRow[];
  /** Event ids that are taken from now on. */
  readonly ids: readonly string[];
};

type Found = { fresh: number[]; conflicts: RefusedRow[]; ids: string[] };

/** Event ids of rows that are on their way into the log, in front of those that the index has learnt (S11). */
export class SeenEvents {
  private readonly underWay = new Map<string, Map<string, KnownEvent>>();

  constructor(private readonly identities: Identities) {}

  /** Finds the rows whose event id did not come before within `dedupeFor`, and takes their ids. */
  deduplicate(asked: Rows): Deduplicated {
    const { source, rows, fit } = asked;
    const found: Found = { fresh: [], conflicts: [], ids: [] };
    if (source.eventId === undefined) return { ...found, fresh: fit, duplicates: 0 };
    for (const row of fit) {
      const event = eventOf(source, rows, row);
      const known = event === null ? null : this.take(asked, event, found);
      if (known === null) found.fresh.push(row);
      else if (known.contentHash !== event!.contentHash)
        found.conflicts.push({ ordinal: row, row: rowJson(rows, row), problems: [conflict(source)] });
    }
    const duplicates = fit.length - found.fresh.length - found.conflicts.length;
    return { ...found, duplicates };
  }

  /** Gives the ids up once the index has learnt them, or when the rows never became durable. */
  release(
    name: string,
    found: Deduplicated,
    accepted: { readonly logged: Promise<unknown>; readonly visible: Promise<unknown> },
  ): void {
    if (found.ids.length === 0) return;
    const giveUp = (): void => this.forget(name, found);
    accepted.logged.then(() => accepted.visible.then(giveUp, () => undefined), giveUp);
  }

  /** Gives the ids up: their rows were not taken. */
  forget(name: string, { ids }: Deduplicated): void {
    const taken = this.takenOf(name);
    for (const id of ids) taken.delete(id);
  }

  /** The same id's event that counts still; without one the id is taken from now on. */
  private take(
    { name, source, arrivalUs }: Rows,
    { id, contentHash }: { readonly id: string; readonly contentHash: string },
    found: Found,
  ): KnownEvent | null {
    const taken = this.takenOf(name);
    const known = taken.get(id) ?? this.identities.event(name, id);
    const dedupeForUs = parseDuration(source.dedupeFor ?? DEFAULT_DEDUPE_FOR, '/dedupeFor');
    if (known !== null && arrivalUs - known.arrivalUs <= dedupeForUs) return known;
    taken.set(id, { contentHash, arrivalUs });
    found.ids.push(id);
    return null;
  }

  private takenOf(name: string): Map<string, KnownEvent> {
    const taken = this.underWay.get(name) ?? new Map<string, KnownEvent>();
    this.underWay.set(name, taken);
    return taken;
  }
}

function conflict({ eventId }: SourceDocument) {
  const message = `CONFLICT: this event id came with other content before; give the row an id of its own, or send what was sent`;
  return { path: `/${eventId}`, message, code: 'CONFLICT' };
}
