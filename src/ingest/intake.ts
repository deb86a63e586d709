import { takeRows, valueAt } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import type { Clock } from '../platform/clock.js';
import { Deliveries, KEYS_KEPT_US, keyDigest, type Taking } from './deliveries.js';
import type { Delivery, IntakeRequest, OfferedRows, Receipt, RefusedRow } from './delivery.js';
import { digestOf } from './event-ids.js';
import { withEveryColumn } from './every-column.js';
import type { HeldCopies } from './held-copies.js';
import { heldId } from './held-id.js';
import type { HeldRow, Identities, SettledDelivery } from './identities.js';
import { type Door, type LogEntry, lastOf, type StreamPart, type Tally } from './log.js';
import type { AcceptedRows, SourcePipeline } from './pipeline.js';
import type { Pipelines } from './pipelines.js';
import type { Quarantine } from './quarantine.js';
import { refusalOf } from './refusal.js';
import { type Deduplicated, SeenEvents } from './seen-events.js';
import { sortRows } from './sorted-rows.js';

export type IntakeParts = {
  readonly pipelines: Pipelines;
  readonly identities: Identities;
  readonly held: Pick<HeldCopies, 'keep'>;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  /** How far ahead of the clock an event may be, microseconds (S14). */
  readonly maxSkewUs: bigint;
};

/** The one use case behind every door: rows are checked, known again, held or quarantined, logged, and answered. */
export class Intake {
  private readonly deliveries: Deliveries;
  private readonly seen: SeenEvents;
  /** Held rows on their way into the log, by source and id. */
  private readonly releasing = new Set<string>();

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
    const whole = { ...offered, rows: withEveryColumn(offered.rows, definitions.source) };
    return sortRows(whole, definitions, this.parts.clock.nowUs() + this.parts.maxSkewUs).refused;
  }

  /** Ordinal of the first row of a file that was not dealt with yet; 0 for a file that never came (S11). */
  async progressOf(project: string, source: string, contentHash: string): Promise<number> {
    return this.deliveries.fileProgress(this.parts.pipelines.of(project, source).name, contentHash);
  }

  /** The last part of a stream's partition that was dealt with; null for one that was never read (S11). */
  streamProgress(project: string, source: string, partition: string): StreamPart | null {
    return this.deliveries.streamProgress(this.parts.pipelines.of(project, source).name, partition);
  }

  /** Keeps where the reading of a stream's partition begins, durably. */
  async beginStream(project: string, source: string, part: StreamPart): Promise<void> {
    const { name } = this.parts.pipelines.of(project, source);
    await this.parts.identities.hold(name, [], { kind: 'stream', part });
  }

  /** Whether a quarantined row was replayed, or is being replayed (S11). */
  isReplayed(project: string, source: string, quarantinedId: number): boolean {
    return this.deliveries.isReplayed(this.parts.pipelines.of(project, source).name, quarantinedId);
  }

  /**
   * Takes a delivery, once (S11). Throws NOT_FOUND; INVALID_ROW or FUTURE_EVENT where the policy is to refuse, and then
   * nothing was taken; CONFLICT for an identity that came with other content; UNAVAILABLE.
   */
  async take(request: IntakeRequest): Promise<Receipt> {
    const pipeline = this.parts.pipelines.of(request.project, request.source);
    const taking = this.deliveries.once(pipeline.name, request.delivery, () => this.begin(pipeline, request));
    const receipt = await taking.receipt;
    if (request.ack === 'visible') await taking.visible.catch((cause: unknown) => notVisible(receipt, cause));
    return receipt;
  }

  /** Logs held rows that have become due; resolves when they are visible. One that fails stops no other. */
  async release(pipeline: SourcePipeline, held: readonly HeldRow[]): Promise<void> {
    const waiting = held.filter(({ id }) => !this.releasing.has(`${pipeline.name}\n${id}`));
    const outcomes = await Promise.allSettled(waiting.map((row) => this.releaseRow(pipeline, row)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** A held row whose event came meanwhile is not logged; with other content it is quarantined. */
  private async releaseRow(pipeline: SourcePipeline, { id, from, rows: kept }: HeldRow): Promise<void> {
    const { name } = pipeline;
    const { source } = pipeline.definitions;
    const arrivalUs = this.parts.clock.nowUs();
    const rows = withEveryColumn(kept, source);
    const found = this.seen.deduplicate({ name, source, rows, arrivalUs, fit: [0] });
    if (found.fresh.length > 0) {
      const accepted = this.accept(pipeline, {
        rows,
        arrivalUs,
        door: { kind: 'held', from, heldIds: [id] },
      });
      this.seen.follow(name, found, accepted);
      return accepted.visible;
    }
    await this.seen.certain(found);
    if (found.conflicts.length > 0) await this.quarantine(pipeline, `held:${id}`, found.conflicts);
    await this.parts.identities.discard(name, [id], arrivalUs);
  }

  /** Looks at a delivery at once, so that none comes in between, and takes it. Throws what refuses it as a whole. */
  private begin(pipeline: SourcePipeline, request: IntakeRequest): Taking {
    const sorted = this.sort(pipeline, request);
    const accepted = this.logRest(pipeline, sorted);
    const taking = {
      receipt: accepted.then(async (rows) => {
        if (rows === null) return nothingLogged(sorted.tally);
        const logged = await rows.logged;
        return {
          accepted: logged.rows.rowCount,
          firstSequence: logged.firstSequence,
          lastSequence: lastOf(logged),
          ...sorted.tally,
        };
      }),
      visible: accepted.then((rows) => rows?.visible),
      learnt: accepted.then((rows) => rows?.learnt),
    };
    // Each caller looks at those it waits for.
    for (const promise of Object.values(taking)) promise.catch(() => undefined);
    return taking;
  }

  private sort(pipeline: SourcePipeline, request: IntakeRequest): Sorted {
    const { name, definitions } = pipeline;
    const { delivery } = request;
    const { source } = definitions;
    const offered = { ...request.offered, rows: withEveryColumn(request.offered.rows, source) };
    const arrivalUs = this.parts.clock.nowUs();
    const rows = sortRows(offered, definitions, arrivalUs + this.parts.maxSkewUs);
    if (request.invalid === 'refuse' && rows.refused.length > 0) throw refusalOf(rows.refused, request.place);
    const held = { offered, delivery, source, arrivalUs };
    const before = this.heldBefore(name, held, rows.fit);
    const found = this.seen.deduplicate({ name, source, rows: offered.rows, arrivalUs, fit: before.fit });
    const conflicts = found.conflicts.map((each) => ({ ...each, ordinal: offered.ordinals[each.ordinal]! }));
    if (delivery.kind === 'replay' && conflicts.length > 0)
      throw new PlumblineError('CONFLICT', conflicts[0]!.problems[0]!.message);
    const quarantined = [...rows.refused, ...conflicts];
    return {
      offered,
      delivery,
      arrivalUs,
      found,
      quarantined,
      held: rows.held.map((row) => heldRow(held, row)),
      heldIds: before.ids,
      tally: {
        quarantined: quarantined.length,
        held: rows.held.length,
        duplicates: found.duplicates + rows.fit.length - before.fit.length,
      },
    };
  }

  /**
   * Rows that the same delivery brought before, when they were still ahead of the clock (S11, S14): those that were logged
   * since are duplicates, the others are logged now and wait no more.
   */
  private heldBefore(
    name: string,
    held: HeldParts,
    fit: readonly number[],
  ): { readonly fit: readonly number[]; readonly ids: readonly string[] } {
    if (held.source.future !== 'hold' || held.delivery.kind === 'push') return { fit, ids: [] };
    const ids: string[] = [];
    const fresh = fit.filter((row) => {
      const { id } = heldRow(held, row);
      if (this.releasing.has(`${name}\n${id}`) || this.parts.identities.released(name, id)) return false;
      if (this.parts.identities.isHeld(name, id)) ids.push(id);
      return true;
    });
    return { fit: fresh, ids };
  }

  /** Keeps what is not logged, durably and first, and then logs the rest; null where nothing is left. */
  private async logRest(pipeline: SourcePipeline, sorted: Sorted): Promise<AcceptedRows | null> {
    const { found, offered, delivery, tally, arrivalUs, heldIds } = sorted;
    try {
      await this.seen.certain(found);
      await this.setAside(pipeline, sorted);
      if (found.fresh.length === 0) {
        this.seen.close(found);
        return null;
      }
      await pipeline.room();
      const rows =
        found.fresh.length === offered.rows.rowCount ? offered.rows : takeRows(offered.rows, found.fresh);
      const door: Door = { ...doorOf(delivery, tally), ...(heldIds.length > 0 && { heldIds }) };
      const accepted = this.accept(pipeline, { rows, arrivalUs, door });
      this.seen.follow(pipeline.name, found, accepted);
      return accepted;
    } catch (error) {
      this.seen.forget(pipeline.name, found, error);
      throw error;
    }
  }

  private accept(pipeline: SourcePipeline, entry: LogEntry): AcceptedRows {
    const accepted = pipeline.accept(entry);
    const names = (entry.door.heldIds ?? []).map((id) => `${pipeline.name}\n${id}`);
    for (const name of names) this.releasing.add(name);
    const forget = (): void => {
      for (const name of names) this.releasing.delete(name);
    };
    accepted.learnt.then(forget, forget);
    return accepted;
  }

  private async setAside(pipeline: SourcePipeline, sorted: Sorted): Promise<void> {
    const { quarantined, held, delivery, arrivalUs, found } = sorted;
    if (quarantined.length > 0) await this.quarantine(pipeline, identityOf(delivery, arrivalUs), quarantined);
    const settled = found.fresh.length === 0 ? settledOf(sorted) : null;
    await this.parts.held.keep(pipeline.name, held);
    if (held.length > 0 || settled !== null) await this.parts.identities.hold(pipeline.name, held, settled);
  }

  private async quarantine(
    pipeline: SourcePipeline,
    delivery: string,
    rows: readonly RefusedRow[],
  ): Promise<void> {
    const { project, definitions } = pipeline;
    await this.parts.quarantine.add({ project, source: definitions.source.name, delivery, rows });
  }
}

export const INTAKE = Symbol('Intake');

/** A delivery by what becomes of its rows. */
type Sorted = {
  readonly offered: OfferedRows;
  readonly delivery: Delivery;
  readonly arrivalUs: bigint;
  readonly found: Deduplicated;
  readonly quarantined: readonly RefusedRow[];
  readonly held: readonly HeldRow[];
  /** Rows that were held before and are logged now. */
  readonly heldIds: readonly string[];
  readonly tally: Tally;
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

/** What the index must know of a delivery that the log cannot tell of. */
function settledOf({ delivery, tally, arrivalUs }: Sorted): SettledDelivery | null {
  if (delivery.kind === 'keyed') {
    const known = { bodyHash: delivery.bodyHash, receipt: nothingLogged(tally), arrivalUs };
    return { kind: 'keyed', key: keyDigest(delivery.key), known };
  }
  if (delivery.kind === 'stream') return { kind: 'stream', part: delivery };
  if (delivery.kind !== 'file') return null;
  const { contentHash, endOrdinal } = delivery;
  return { kind: 'file', contentHash, endOrdinal };
}

/** One text for one delivery: with an ordinal the identity of a row (S11). A key counts anew after its time. */
function identityOf(delivery: Delivery, arrivalUs: bigint): string {
  switch (delivery.kind) {
    case 'push':
      return `push:${delivery.id}`;
    case 'keyed':
      return `key:${keyDigest(`${delivery.key}\n${delivery.bodyHash}\n${arrivalUs / KEYS_KEPT_US}`)}`;
    case 'file':
      return `file:${delivery.contentHash}`;
    case 'replay':
      return `replay:${delivery.quarantinedId}`;
    case 'stream':
      return `stream:${delivery.partition}`;
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

type HeldParts = Pick<Sorted, 'offered' | 'delivery' | 'arrivalUs'> & { readonly source: SourceDocument };

function heldRow({ offered, delivery, arrivalUs, source }: HeldParts, row: number): HeldRow {
  const rows = takeRows(offered.rows, [row]);
  const dueUs = valueAt(rows.columns.get(source.eventTime)!, 0) as bigint;
  const identity = digestOf(`${identityOf(delivery, arrivalUs)}\n${offered.ordinals[row]}`);
  const from = delivery.kind === 'file' ? 'file' : 'push';
  return { id: heldId(dueUs, identity), dueUs, from, rows };
}
