import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { type ColumnBatch, nullColumn, takeRows, valueAt } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import { MAX_KEY_BYTES } from '../definition/key.js';
import { compareOrder, type RowOrder } from '../definition/order.js';
import type { History } from '../offline/history.js';
import type { SourceRef } from '../offline/store.js';
import { featureCodec } from '../online/lookup.js';
import type { OnlineStore, OnlineWrite } from '../online/store.js';
import { type LogEntry, type LoggedRows, lastOf, type SourceLog } from './log.js';
import { keyOf, stampsOf } from './row-rules.js';

export type PipelineParts = {
  readonly log: SourceLog;
  readonly online: OnlineStore;
  readonly history: History;
};

/** A source and every feature set version of it, active or not: what the doors check rows against. */
type DoorDefinitions = {
  readonly source: SourceDocument;
  readonly featureSets: readonly CompiledFeatureSet[];
};

/**
 * The one way of a source's rows: log, then online state, then history, each in the order of sequences. Both views say how
 * far they were applied, so after a crash the rest is applied from the log (S9, S11).
 */
export class SourcePipeline {
  private turn: Promise<void> = Promise.resolve();
  /** A write failed: the views lack durable rows, which come before any other. */
  private behind = false;
  /** Active versions: the ones whose online state follows the log. */
  private featureSets: readonly CompiledFeatureSet[] = [];
  private doorDefinitions: DoorDefinitions;

  private constructor(
    private readonly parts: PipelineParts,
    private ref: SourceRef,
  ) {
    this.doorDefinitions = { source: ref.source, featureSets: [] };
  }

  /** Opens the pipeline and brings both views up to the log. */
  static async open(
    parts: PipelineParts,
    ref: SourceRef,
    featureSets: readonly CompiledFeatureSet[],
  ): Promise<SourcePipeline> {
    const pipeline = new SourcePipeline(parts, ref);
    await pipeline.use(ref.source, featureSets);
    return pipeline;
  }

  /**
   * What rows must fit to be accepted now. It may lag behind the catalog while that changes, so that no row has a column
   * that the views do not know yet.
   */
  get definitions(): DoorDefinitions {
    return this.doorDefinitions;
  }

  /** Appends rows to the log and applies them; resolves when they are durable and visible online (S12). */
  async accept(entry: LogEntry): Promise<LoggedRows> {
    const logged = await this.parts.log.append(this.name, entry);
    // Appends resolve in the order of sequences, so turns are taken in that order.
    await this.inTurn(() => this.apply(logged));
    return logged;
  }

  /**
   * Takes a new state of the definitions: catches up with the log, and primes feature set versions that are new from the
   * log's beginning before they are active, so that they never show a part of their rows (S9, S18).
   */
  use(source: SourceDocument, featureSets: readonly CompiledFeatureSet[]): Promise<void> {
    return this.inTurn(async () => {
      this.ref = { project: this.ref.project, source };
      this.doorDefinitions = { source, featureSets };
      const active = await Promise.all(featureSets.map((set) => this.parts.online.isActive(set.id)));
      this.featureSets = featureSets.filter((_, i) => active[i]);
      await this.catchUp();
      for (const set of featureSets.filter((_, i) => !active[i])) {
        await this.prime(set);
        await this.parts.online.activate(set.id);
      }
      this.featureSets = featureSets;
    });
  }

  /** Resolves when everything that was accepted so far is applied. */
  idle(): Promise<void> {
    return this.inTurn(async () => undefined);
  }

  private get name(): string {
    return `${this.ref.project}/${this.ref.source.name}`;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  private async catchUp(): Promise<void> {
    const online = await this.parts.online.appliedThrough(this.name);
    const history = await this.parts.history.takenThrough(this.ref);
    const first = (online < history ? online : history) + 1n;
    for await (const logged of this.parts.log.read(this.name, first)) {
      if (lastOf(logged) > online) await this.applyOnline(logged, this.featureSets);
      if (lastOf(logged) > history) await this.applyHistory(logged);
    }
    this.behind = false;
  }

  private async prime(set: CompiledFeatureSet): Promise<void> {
    for await (const logged of this.parts.log.read(this.name, 0n)) await this.applyOnline(logged, [set]);
  }

  private async apply(logged: LoggedRows): Promise<void> {
    if (this.behind) return this.catchUp();
    try {
      await this.applyOnline(logged, this.featureSets);
      await this.applyHistory(logged);
    } catch (error) {
      this.behind = true;
      throw error;
    }
  }

  private async applyOnline(logged: LoggedRows, featureSets: readonly CompiledFeatureSet[]): Promise<void> {
    const rows = withEveryColumn(logged.rows, this.ref.source);
    const orders = ordersOf(this.ref.source, { ...logged, rows });
    const writes = featureSets.flatMap((set) => onlineWrites(set, rows, orders));
    await this.parts.online.write(writes, { source: this.name, sequence: lastOf(logged) });
  }

  private async applyHistory(logged: LoggedRows): Promise<void> {
    const stamps = stampsOf(this.ref.source, logged.rows, logged.arrivalUs, logged.door.kind);
    await this.parts.history.append(this.ref, {
      rows: logged.rows,
      firstSequence: logged.firstSequence,
      ...stamps,
      arrivalUs: logged.arrivalUs,
      visibleUs: logged.arrivalUs,
      epoch: 0n,
    });
  }
}

/** Records written before the source gained a column read as NULL there (S9). */
function withEveryColumn(rows: ColumnBatch, source: SourceDocument): ColumnBatch {
  const columns = source.columns.map(
    ({ name, type }) => [name, rows.columns.get(name) ?? nullColumn(type, rows.rowCount)] as const,
  );
  return { rowCount: rows.rowCount, columns: new Map(columns) };
}

function ordersOf(
  source: SourceDocument,
  { rows, firstSequence, arrivalUs, door }: LoggedRows,
): readonly RowOrder[] {
  const { orderTimes } = stampsOf(source, rows, arrivalUs, door.kind);
  const eventTimes = rows.columns.get(source.eventTime)!;
  const orderColumn = source.orderColumn === undefined ? null : rows.columns.get(source.orderColumn)!;
  return Array.from({ length: rows.rowCount }, (_, row) => ({
    eventTime: valueAt(eventTimes, row) as bigint,
    orderTime: orderTimes[row]!,
    orderColumn: orderColumn === null ? null : (valueAt(orderColumn, row) as bigint | null),
    sequence: firstSequence + BigInt(row),
  }));
}

/** The newest row of each key of a batch, as one write each; a key that was let in before the set knew it may be too long. */
function onlineWrites(
  set: CompiledFeatureSet,
  rows: ColumnBatch,
  orders: readonly RowOrder[],
): readonly OnlineWrite[] {
  const newest = new Map<string, { readonly key: Buffer; row: number }>();
  for (let row = 0; row < rows.rowCount; row++) {
    const key = keyOf(set, rows, row);
    if (key === null || key.length > MAX_KEY_BYTES) continue;
    const name = key.toString('latin1');
    const known = newest.get(name);
    if (known === undefined) newest.set(name, { key, row });
    else if (compareOrder(orders[row]!, orders[known.row]!) > 0) known.row = row;
  }
  const chosen = [...newest.values()];
  const features = set.kernel(
    takeRows(
      rows,
      chosen.map(({ row }) => row),
    ),
  );
  const columns = set.features.map(({ name }) => features.columns.get(name)!);
  const codec = featureCodec(set);
  return chosen.map(({ key, row }, i) => ({
    setId: set.id,
    key,
    row: {
      order: orders[row]!,
      tombstone: false,
      payload: codec.encode(columns.map((column) => valueAt(column, i))),
    },
  }));
}
