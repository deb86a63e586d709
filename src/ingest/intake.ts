import { type ColumnBatch, takeRows, valueAt } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import type { Clock } from '../platform/clock.js';
import { Deliveries, keyDigest } from './deliveries.js';
import { digestOf } from './event-ids.js';
import { heldId } from './held-id.js';
import type { HeldRow, Identities } from './identities.js';
import { type Door, lastOf, type Tally } from './log.js';
import type { SourcePipeline } from './pipeline.js';
import type { Pipelines } from './pipelines.js';
import type { Quarantine } from './quarantine.js';
import { refusalOf } from './refusal.js';
import { type Deduplicated, SeenEvents } from './seen-events.js';
import { sortRows } from './sorted-rows.js';

/** A row that a door could not read, or that breaks a rule: kept as it came, with every reason. */
export type RefusedRow = {
  /** Its place in the caller's input, from 0. */
  readonly ordinal: number;
  /** As it came, as plain JSON (see `definition/json-value.ts`); `null` where not even that can be said. */
  readonly row: unknown;
  /** Paths are within the row: `/temp`, `/embedding/3`, or `` for the row as a whole. */
  readonly problems: readonly Problem[];
};

/** Rows as a door read them. */
export type OfferedRows = {
  /** The rows that parsed, with every column of the source. */
  readonly rows: ColumnBatch;
  /** Place of each of them in the caller's input, from 0. */
  readonly ordinals: readonly number[];
  /** The rows that did not parse. */
  readonly refused: readonly RefusedRow[];
};

/**
 * What makes a delivery the same delivery (S11): an idempotency key with the digest of the body; a file by the digest of
 * its content, from the ordinal of the first row offered; a quarantined row by its number. Without any, each is its own.
 */
export type Delivery =
  | { readonly kind: 'push'; readonly id: string }
  | { readonly kind: 'keyed'; readonly key: string; readonly bodyHash: string }
  | {
      readonly kind: 'file';
      readonly contentHash: string;
      readonly firstOrdinal: number;
      readonly endOrdinal: number;
    }
  | { readonly kind: 'replay'; readonly quarantinedId: number };

/** What becomes of rows that break a rule: with `refuse` none of the delivery is taken (S4). */
export const INVALID_POLICIES = ['refuse', 'quarantine'] as const;
export type InvalidPolicy = (typeof INVALID_POLICIES)[number];

/** When a delivery is answered: durable in the log, or applied online too (S12). */
export const ACKNOWLEDGEMENTS = ['logged', 'visible'] as const;
export type Acknowledgement = (typeof ACKNOWLEDGEMENTS)[number];

export type IntakeRequest = {
  readonly project: string;
  readonly source: string;
  readonly offered: OfferedRows;
  readonly delivery: Delivery;
  readonly invalid: InvalidPolicy;
  readonly ack: Acknowledgement;
  /** Where a row stands in the caller's input, for messages: `/rows/3`. */
  readonly place: (ordinal: number) => string;
};

/** What became of a delivery; the first answer is given again to the same delivery (S11). */
export type Receipt = {
  /** Rows that are in the log by this delivery. */
  readonly accepted: number;
  /** Of them; null when none was. */
  readonly firstSequence: bigint | null;
  readonly lastSequence: bigint | null;
  readonly quarantined: number;
  /** Rows that wait until they are due (S14). */
  readonly held: number;
  /** Rows whose event id was there already (S11). */
  readonly duplicates: number;
};

export type IntakeParts = {
  readonly pipelines: Pipelines;
  readonly identities: Identities;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  /** How far ahead of the clock an event may be, microseconds (S14). */
  readonly maxSkewUs: bigint;
};

/** The one use case behind every door: rows are checked, known again, held or quarantined, logged, and answered. */
export class Intake {
  private readonly deliveries: Deliveries;
  private readonly seen: SeenEvents;

  constructor(private readonly parts: IntakeParts) {
    this.deliveries = new Deliveries(parts.identities, parts.clock);
    this.seen = new SeenEvents(parts.identities);
  }

  /**
   * The rows that {@link take} would refuse now, without taking any. The rows may lack columns that cannot be wrong: all
   * but times, keys, TIMESTAMP, DATE and embeddings.
   */
  examine(project: string, source: string, offered: OfferedRows): readonly RefusedRow[] {
    const { definitions } = this.parts.pipelines.of(project, source);
    return sortRows(offered, definitions, this.latestUs()).refused;
  }

  /** Ordinal of the first row of a file that was not dealt with yet; 0 for a file that never came (S11). */
  async progressOf(project: string, source: string, contentHash: string): Promise<number> {
    return this.parts.identities.fileProgress(this.parts.pipelines.of(project, source).name, contentHash);
  }

  /**
   * Takes a delivery, once (S11). Throws NOT_FOUND; INVALID_ROW or FUTURE_EVENT where the policy is to refuse, and then
   * nothing was taken; CONFLICT for an identity that came with other content; UNAVAILABLE.
   */
  async take(request: IntakeRequest): Promise<Receipt> {
    const pipeline = this.parts.pipelines.of(request.project, request.source);
    return this.deliveries.once(pipeline.name, request.delivery, () => this.takeOnce(pipeline, request));
  }

  /** Logs held rows that have become due. */
  async release(pipeline: SourcePipeline, held: readonly HeldRow[]): Promise<void> {
    const { source } = pipeline.definitions;
    const arrivalUs = this.parts.clock.nowUs();
    for (const { id, from, rows } of held) {
      const found = this.seen.deduplicate({ name: pipeline.name, source, rows, arrivalUs, fit: [0] });
      if (found.fresh.length === 0) {
        const reasons = found.conflicts.map(({ row, problems }) => ({ ordinal: 0, row, problems }));
        if (reasons.length > 0) await this.quarantine(pipeline, `held:${id}`, reasons);
        await this.parts.identities.discard(pipeline.name, [id], arrivalUs);
        continue;
      }
      const accepted = pipeline.accept({ rows, arrivalUs, door: { kind: 'held', from, heldIds: [id] } });
      this.seen.release(pipeline.name, found, accepted);
      await accepted.visible;
    }
  }

  private latestUs(): bigint {
    return this.parts.clock.nowUs() + this.parts.maxSkewUs;
  }

  private async takeOnce(pipeline: SourcePipeline, request: IntakeRequest): Promise<Receipt> {
    const { offered, delivery } = request;
    const { definitions } = pipeline;
    const arrivalUs = this.parts.clock.nowUs();
    const sorted = sortRows(offered, definitions, arrivalUs + this.parts.maxSkewUs);
    if (request.invalid === 'refuse' && sorted.refused.length > 0)
      throw refusalOf(sorted.refused, request.place);
    const found = this.seen.deduplicate({
      name: pipeline.name,
      source: definitions.source,
      rows: offered.rows,
      arrivalUs,
      fit: sorted.fit,
    });
    const conflicts = found.conflicts.map((each) => ({ ...each, ordinal: offered.ordinals[each.ordinal]! }));
    if (delivery.kind === 'replay' && conflicts.length > 0)
      throw new PlumblineError('CONFLICT', conflicts[0]!.problems[0]!.message);
    const quarantined = [...sorted.refused, ...conflicts];
    const tally = {
      quarantined: quarantined.length,
      held: sorted.held.length,
      duplicates: found.duplicates,
    };
    const set: SetAside = {
      quarantined,
      held: heldRows(request, sorted.held, definitions.source),
      tally,
      arrivalUs,
    };
    try {
      await this.setAside(pipeline, delivery, set, found.fresh.length === 0);
    } catch (error) {
      this.seen.forget(pipeline.name, found);
      throw error;
    }
    return this.log(pipeline, request, found, set);
  }

  /** Keeps what is not logged, durably and first: a delivery is answered only when nothing of it can be lost. */
  private async setAside(
    pipeline: SourcePipeline,
    delivery: Delivery,
    { quarantined, held, tally, arrivalUs }: SetAside,
    isAll: boolean,
  ): Promise<void> {
    if (quarantined.length > 0) await this.quarantine(pipeline, identityOf(delivery), quarantined);
    const answered =
      isAll && delivery.kind === 'keyed'
        ? {
            key: keyDigest(delivery.key),
            known: { bodyHash: delivery.bodyHash, receipt: nothingLogged(tally), arrivalUs },
          }
        : null;
    if (held.length > 0 || answered !== null) await this.parts.identities.hold(pipeline.name, held, answered);
  }

  private async quarantine(
    pipeline: SourcePipeline,
    delivery: string,
    rows: readonly RefusedRow[],
  ): Promise<void> {
    const [project, source] = pipeline.name.split('/') as [string, string];
    await this.parts.quarantine.add({ project, source, delivery, rows });
  }

  private async log(
    pipeline: SourcePipeline,
    { offered, delivery, ack }: IntakeRequest,
    found: Deduplicated,
    { tally, arrivalUs }: SetAside,
  ): Promise<Receipt> {
    if (found.fresh.length === 0) return nothingLogged(tally);
    const rows =
      found.fresh.length === offered.rows.rowCount ? offered.rows : takeRows(offered.rows, found.fresh);
    const accepted = pipeline.accept({ rows, arrivalUs, door: doorOf(delivery, tally) });
    this.seen.release(pipeline.name, found, accepted);
    const logged = await accepted.logged;
    const receipt = {
      accepted: rows.rowCount,
      firstSequence: logged.firstSequence,
      lastSequence: lastOf(logged),
      ...tally,
    };
    if (ack === 'visible') await accepted.visible.catch((cause: unknown) => notVisible(receipt, cause));
    return receipt;
  }
}

export const INTAKE = Symbol('Intake');

/** The rows of a delivery that are not logged now. */
type SetAside = {
  readonly quarantined: readonly RefusedRow[];
  readonly held: readonly HeldRow[];
  readonly tally: Tally;
  readonly arrivalUs: bigint;
};

function nothingLogged(tally: Tally): Receipt {
  return { accepted: 0, firstSequence: null, lastSequence: null, ...tally };
}

function notVisible({ firstSequence, lastSequence }: Receipt, cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new PlumblineError(
    'UNAVAILABLE',
    `rows ${firstSequence} to ${lastSequence} are durable but could not be made visible yet: ${reason}; they will be, do not send them again`,
  );
}

/** One text for one delivery: with an ordinal the identity of a row (S11). */
function identityOf(delivery: Delivery): string {
  switch (delivery.kind) {
    case 'push':
      return `push:${delivery.id}`;
    case 'keyed':
      return `key:${keyDigest(delivery.key)}`;
    case 'file':
      return `file:${delivery.contentHash}`;
    case 'replay':
      return `replay:${delivery.quarantinedId}`;
  }
}

function doorOf(delivery: Delivery, tally: Tally): Door {
  switch (delivery.kind) {
    case 'push':
      return { kind: 'push' };
    case 'keyed':
      return { ...delivery, key: keyDigest(delivery.key), tally };
    default:
      return delivery;
  }
}

function heldRows(
  { offered, delivery }: IntakeRequest,
  held: readonly number[],
  { eventTime }: SourceDocument,
): readonly HeldRow[] {
  const from = delivery.kind === 'file' ? 'file' : 'push';
  return held.map((row) => {
    const rows = takeRows(offered.rows, [row]);
    const dueUs = valueAt(rows.columns.get(eventTime)!, 0) as bigint;
    const identity = digestOf(`${identityOf(delivery)}\n${offered.ordinals[row]}`);
    return { id: heldId(dueUs, identity), dueUs, from, rows };
  });
}
