import { takeRows, valueAt } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import type { Clock } from '../platform/clock.js';
import { Deliveries, keyDigest } from './deliveries.js';
import type { Delivery, IntakeRequest, OfferedRows, Receipt, RefusedRow } from './delivery.js';
import { digestOf } from './event-ids.js';
import { withEveryColumn } from './every-column.js';
import { heldId } from './held-id.js';
import type { HeldRow, Identities } from './identities.js';
import { type Door, lastOf, type Tally } from './log.js';
import type { SourcePipeline } from './pipeline.js';
import type { Pipelines } from './pipelines.js';
import type { Quarantine } from './quarantine.js';
import { refusalOf } from './refusal.js';
import { type Deduplicated, SeenEvents } from './seen-events.js';
import { sortRows } from './sorted-rows.js';

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

  /** Logs held rows that have become due; resolves when they are visible. */
  async release(pipeline: SourcePipeline, held: readonly HeldRow[]): Promise<void> {
    const arrivalUs = this.parts.clock.nowUs();
    const visible: Promise<void>[] = [];
    for (const row of held) {
      const { id, from } = row;
      const { source } = pipeline.definitions;
      const rows = withEveryColumn(row.rows, source);
      const found = this.seen.deduplicate({ name: pipeline.name, source, rows, arrivalUs, fit: [0] });
      if (found.fresh.length === 0) {
        await this.discard(pipeline, id, found.conflicts, arrivalUs);
        continue;
      }
      const accepted = pipeline.accept({ rows, arrivalUs, door: { kind: 'held', from, heldIds: [id] } });
      this.seen.release(pipeline.name, found, accepted);
      visible.push(accepted.visible);
    }
    await Promise.all(visible);
  }

  /** A held row whose event came meanwhile is not logged; with other content it is quarantined. */
  private async discard(
    pipeline: SourcePipeline,
    id: string,
    conflicts: readonly RefusedRow[],
    arrivalUs: bigint,
  ): Promise<void> {
    if (conflicts.length > 0) await this.quarantine(pipeline, `held:${id}`, conflicts);
    await this.parts.identities.discard(pipeline.name, [id], arrivalUs);
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
    await pipeline.room();
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
