import type { ColumnBatch } from '../definition/column-batch.js';
import { DEFAULT_DEDUPE_FOR, type SourceDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import { PlumblineError } from '../definition/error.js';
import type { RefusedRow } from './delivery.js';
import { eventOf } from './event-ids.js';
import type { Identities, KnownEvent } from './identities.js';
import type { AcceptedRows } from './pipeline.js';
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

/** What the event ids of some rows say. */
export type Deduplicated = {
  readonly fresh: readonly number[];
  readonly duplicates: number;
  /** Rows whose event id came with other content; `ordinal` is the row's place in the batch. */
  readonly conflicts: readonly RefusedRow[];
  /** Ids that are taken from now on, until they are given up or learnt. */
  readonly ids: readonly string[];
  readonly reservation: Reservation;
  /** Rows that came before, and are not durable yet: what is said of them rests on them. */
  readonly restsOn: ReadonlySet<Reservation>;
};

/** Event ids of one delivery that is on its way into the log. */
class Reservation {
  readonly durable: Promise<void>;
  private settle: { resolve: () => void; reject: (cause: unknown) => void };

  constructor() {
    this.durable = new Promise<void>((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    // Nobody need rest on it.
    this.durable.catch(() => undefined);
  }

  keep(): void {
    this.settle.resolve();
  }

  fail(cause: unknown): void {
    this.settle.reject(cause);
  }
}

type Reserved = KnownEvent & { readonly by: Reservation };
type Found = {
  fresh: number[];
  conflicts: RefusedRow[];
  ids: string[];
  restsOn: Set<Reservation>;
  reservation: Reservation;
};

/** Event ids of rows that are on their way into the log, in front of those that the index has learnt (S11). */
export class SeenEvents {
  private readonly underWay = new Map<string, Map<string, Reserved>>();

  constructor(private readonly identities: Identities) {}

  /** Finds the rows whose event id did not come before within `dedupeFor`, and takes their ids. */
  deduplicate(asked: Rows): Deduplicated {
    const { source, rows, fit } = asked;
    const found: Found = {
      fresh: [],
      conflicts: [],
      ids: [],
      restsOn: new Set(),
      reservation: new Reservation(),
    };
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

  /**
   * Resolves when the rows that came before are durable. Throws UNAVAILABLE when they never became so: then what was found
   * does not hold. Ids are taken all at once, so no two deliveries wait for each other.
   */
  async certain({ restsOn }: Deduplicated): Promise<void> {
    try {
      for (const { durable } of restsOn) await durable;
    } catch {
      const message = 'the same events came by another delivery that failed; send the rows again';
      throw new PlumblineError('UNAVAILABLE', message);
    }
  }

  /** The rows are on their way: their ids are given up once the index has learnt them, or when they never became durable. */
  follow(name: string, found: Deduplicated, { logged, learnt }: AcceptedRows): void {
    const { reservation } = found;
    logged.then(
      () => reservation.keep(),
      (cause: unknown) => this.forget(name, found, cause),
    );
    learnt.then(
      () => this.giveUp(name, found),
      () => undefined,
    );
  }

  /** The rows were not taken. */
  forget(name: string, found: Deduplicated, cause: unknown): void {
    this.giveUp(name, found);
    found.reservation.fail(cause);
  }

  /** Nothing of the delivery is logged, and what was found of it holds. */
  close({ reservation }: Deduplicated): void {
    reservation.keep();
  }

  private giveUp(name: string, { ids, reservation }: Deduplicated): void {
    const taken = this.takenOf(name);
    for (const id of ids) if (taken.get(id)?.by === reservation) taken.delete(id);
  }

  /** The same id's event that counts still; without one the id is taken from now on. */
  private take(
    { name, source, arrivalUs }: Rows,
    { id, contentHash }: { readonly id: string; readonly contentHash: string },
    found: Found,
  ): KnownEvent | null {
    const taken = this.takenOf(name);
    const reserved = taken.get(id);
    const known = reserved ?? this.identities.event(name, id);
    const dedupeForUs = parseDuration(source.dedupeFor ?? DEFAULT_DEDUPE_FOR, '/dedupeFor');
    if (known !== null && arrivalUs - known.arrivalUs <= dedupeForUs) {
      if (reserved !== undefined && reserved.by !== found.reservation) found.restsOn.add(reserved.by);
      return known;
    }
    taken.set(id, { contentHash, arrivalUs, by: found.reservation });
    found.ids.push(id);
    return null;
  }

  private takenOf(name: string): Map<string, Reserved> {
    const taken = this.underWay.get(name) ?? new Map<string, Reserved>();
    this.underWay.set(name, taken);
    return taken;
  }
}

function conflict({ eventId }: SourceDocument) {
  const message = `CONFLICT: this event id came with other content before; give the row an id of its own, or send what was sent`;
  return { path: `/${eventId}`, message, code: 'CONFLICT' };
}
