import { PlumblineError } from '../definition/error.js';
import { jsonOf } from '../definition/json-value.js';
import type {
  QuarantineCounts,
  QuarantinedRows,
  QuarantinePage,
  QuarantineScope,
  QuarantineState,
} from '../registry/quarantined-rows.js';
import type { QuarantinedRow } from '../registry/tables.js';
import type { Identities } from './identities.js';
import type { Intake } from './intake.js';
import type { Pipelines } from './pipelines.js';
import { offeredOfJson } from './row-parser.js';

/** Rows that one request replays at most. */
const MAX_REPLAYED = 10_000;

/** Replays under way beside each other: they share the log's commits. */
const REPLAYED_AT_ONCE = 64;

/** Refusals that an answer lists. */
const MAX_LISTED = 100;

/** Rows of a page of the export. */
const EXPORT_PAGE = 500;

/** A refused row as its caller sees it. */
export type ReviewedRow = {
  readonly id: number;
  readonly state: QuarantineState;
  readonly row: unknown;
  readonly problems: readonly object[];
  readonly delivery: string;
  readonly ordinal: number;
  /** RFC 3339, by the clock of the registry database. */
  readonly createdAt: string;
  /** Its place in the log once it was replayed, as JSON has INT64; null where it joined none. */
  readonly sequence: unknown;
};

/** A row to replay; without `row` as it was kept. */
export type RowToReplay = { readonly id: number; readonly row?: unknown };

export type ReplayedRows = {
  readonly replayed: number;
  readonly refused: number;
  /** The first refusals. */
  readonly refusals: readonly {
    readonly id: number;
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly problems?: readonly object[];
    };
  }[];
  /** Whether rows wait behind the last one that was looked at; ask again for those. */
  readonly more: boolean;
};

export type ReviewParts = {
  readonly rows: QuarantinedRows;
  readonly intake: Intake;
  readonly pipelines: Pipelines;
  readonly identities: Identities;
};

/** Refused rows, seen through: listed, counted, exported, corrected and replayed once, or discarded. Throws NOT_FOUND. */
export class QuarantineReview {
  private readonly turns = new Map<number, Promise<unknown>>();

  constructor(private readonly parts: ReviewParts) {}

  async list(scope: QuarantineScope, page: QuarantinePage): Promise<readonly ReviewedRow[]> {
    this.requireSource(scope);
    return (await this.parts.rows.list(scope, page)).map(reviewed);
  }

  async get(scope: QuarantineScope, id: number): Promise<ReviewedRow> {
    return reviewed(await this.rowOf(scope, id));
  }

  async counts(scope: QuarantineScope): Promise<QuarantineCounts> {
    this.requireSource(scope);
    return this.parts.rows.counts(scope);
  }

  /** Every row of a state, page by page. */
  async *export(scope: QuarantineScope, state: QuarantineState | undefined): AsyncIterable<ReviewedRow> {
    let after: number | undefined;
    for (;;) {
      const rows = await this.list(scope, { state, limit: EXPORT_PAGE, after });
      yield* rows;
      if (rows.length < EXPORT_PAGE) return;
      after = rows.at(-1)!.id;
    }
  }

  /**
   * Takes a row as it was kept, or corrected, through the one intake. Throws CONFLICT when it does not wait, and what the
   * intake refuses it for: then it waits on, with its new problems.
   */
  replay(scope: QuarantineScope, row: RowToReplay): Promise<ReviewedRow> {
    return this.inTurnOf(row.id, () => this.replayNow(scope, row));
  }

  private async replayNow(scope: QuarantineScope, { id, row: corrected }: RowToReplay): Promise<ReviewedRow> {
    const kept = await this.rowOf(scope, id);
    if (kept.state !== 'waiting') throw ended(kept);
    const row = corrected === undefined ? kept.row : corrected;
    try {
      const { firstSequence } = await this.take(scope, id, row);
      await this.parts.rows.noteReplayed(id, firstSequence);
    } catch (error) {
      await this.noteFailure(scope, { id, row }, error);
      throw error;
    }
    return this.get(scope, id);
  }

  /** Replays the given rows, or those that wait, oldest first. One that is refused stops no other. */
  async replayMany(scope: QuarantineScope, given: readonly RowToReplay[] | null): Promise<ReplayedRows> {
    const page = { state: 'waiting', limit: MAX_REPLAYED + 1 } as const;
    const rows = given ?? (await this.list(scope, page)).map(({ id }) => ({ id }));
    const refusals: ReplayedRows['refusals'][number][] = [];
    const taken = rows.slice(0, MAX_REPLAYED);
    let refused = 0;
    for (let start = 0; start < taken.length; start += REPLAYED_AT_ONCE) {
      const part = taken.slice(start, start + REPLAYED_AT_ONCE);
      const outcomes = await Promise.allSettled(part.map((each) => this.replay(scope, each)));
      outcomes.forEach((outcome, i) => {
        if (outcome.status === 'fulfilled') return;
        refused++;
        if (refusals.length < MAX_LISTED) refusals.push({ id: part[i]!.id, error: refusal(outcome.reason) });
      });
    }
    return { replayed: taken.length - refused, refused, refusals, more: rows.length > taken.length };
  }

  /** Puts a row aside for ever; it stays listed as discarded. Throws CONFLICT when it was replayed. */
  discard(scope: QuarantineScope, id: number): Promise<ReviewedRow> {
    return this.inTurnOf(id, () => this.discardNow(scope, id));
  }

  /** Replay and discard of one row come one after the other, so that only one of them finds it waiting. */
  private inTurnOf<T>(id: number, work: () => Promise<T>): Promise<T> {
    const mine = (this.turns.get(id) ?? Promise.resolve()).then(work, work);
    this.turns.set(id, mine);
    const forget = (): void => {
      if (this.turns.get(id) === mine) this.turns.delete(id);
    };
    mine.then(forget, forget);
    return mine;
  }

  private async discardNow(scope: QuarantineScope, id: number): Promise<ReviewedRow> {
    const kept = await this.rowOf(scope, id);
    if (kept.state === 'discarded') return reviewed(kept);
    if (!(await this.parts.rows.discard(id))) throw ended(await this.rowOf(scope, id));
    return this.get(scope, id);
  }

  private take({ project, source }: QuarantineScope, quarantinedId: number, row: unknown) {
    const { definitions } = this.parts.pipelines.of(project, source);
    return this.parts.intake.take({
      project,
      source,
      offered: offeredOfJson(definitions.source, [row]),
      delivery: { kind: 'replay', quarantinedId },
      invalid: 'refuse',
      ack: 'visible',
      place: () => '',
    });
  }

  /** A row that the log has was replayed by a process that could not note it any more. */
  private async noteFailure(scope: QuarantineScope, { id, row }: RowToReplay, error: unknown): Promise<void> {
    const { name } = this.parts.pipelines.of(scope.project, scope.source);
    const sequence = this.parts.identities.replayed(name, id);
    if (sequence !== null) await this.parts.rows.noteReplayed(id, sequence);
    else if (error instanceof PlumblineError && WRONG_ROW.has(error.code)) {
      await this.parts.rows.noteRefused(id, row, error.details.problems ?? []);
    }
  }

  private async rowOf(scope: QuarantineScope, id: number): Promise<QuarantinedRow> {
    this.requireSource(scope);
    const row = await this.parts.rows.get(scope, id);
    if (row !== null) return row;
    throw new PlumblineError(
      'NOT_FOUND',
      `source "${scope.source}" has no quarantined row ${id}; list them`,
      {
        path: 'id',
      },
    );
  }

  private requireSource({ project, source }: QuarantineScope): void {
    this.parts.pipelines.documentOf(project, source);
  }
}

export const QUARANTINE_REVIEW = Symbol('QuarantineReview');

/** Codes that tell of the row itself. */
const WRONG_ROW = new Set<string>(['INVALID_ROW', 'FUTURE_EVENT']);

function reviewed({ id, state, row, problems, ...kept }: QuarantinedRow): ReviewedRow {
  return {
    id,
    state,
    row,
    problems,
    delivery: kept.delivery,
    ordinal: Number(kept.ordinal),
    createdAt: kept.createdAt.toISOString(),
    sequence: kept.sequence === null ? null : jsonOf('INT64', BigInt(kept.sequence)),
  };
}

function ended({ id, state }: QuarantinedRow): PlumblineError {
  return new PlumblineError(
    'CONFLICT',
    `quarantined row ${id} was ${state} already; only a waiting one changes`,
  );
}

/** What a caller may see of a failure; a defect of ours fails the whole request. */
function refusal(error: unknown): ReplayedRows['refusals'][number]['error'] {
  if (!(error instanceof PlumblineError)) throw error;
  const { code, message, details } = error;
  return { code, message, ...(details.problems !== undefined && { problems: details.problems }) };
}
