import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import type { SourceDocument } from '../definition/document.js';
import type { BuildSpan, OnlineStore } from '../online/store.js';
import { type GroupRows, groupRows } from './group-rows.js';
import { type LoggedRows, lastOf, type SourceLog } from './log.js';
import { beyond, loggedGroups } from './logged-groups.js';
import { onlineWrites } from './online-rows.js';
import { windowWrites } from './window-writes.js';

export type BuildRequest = {
  /** Numbers of the versions. */
  readonly ids: readonly number[];
  /** A version as it is compiled now; null, and from then on always, where it is to be built no more. */
  readonly set: (id: number) => SourceFeatureSet | null;
  /** The source as it is known now: it may gain columns while a build goes on. */
  readonly source: () => SourceDocument;
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
};

/** The log that is read. */
export type BuildLog = Pick<SourceLog, 'read' | 'lastSequence'>;

/** Online state of feature set versions built aside from a source's log: for new versions, and for a rebuild. */
export class OnlineBuild {
  private readonly stop = new AbortController();
  private readonly underWay = new Set<Promise<number>>();

  constructor(
    private readonly parts: { readonly log: BuildLog; readonly online: OnlineStore },
    private readonly sourceName: string,
  ) {}

  /** Aborted when the service stops; the build then goes on at the next start. */
  get stopping(): AbortSignal {
    return this.stop.signal;
  }

  /** Reads the log from where each state ends to its own end. Returns the number of rows read; throws when aborted. */
  catchUp(request: BuildRequest): Promise<number> {
    const run = this.read(request).finally(() => this.underWay.delete(run));
    this.underWay.add(run);
    return run;
  }

  /** Stops every build and waits for the write that is under way. */
  async close(): Promise<void> {
    this.stop.abort();
    await Promise.allSettled(this.underWay);
  }

  private async read(request: BuildRequest): Promise<number> {
    const { ids, set, progress, signal } = request;
    const { log, online } = this.parts;
    const through = new Map<number, bigint>();
    for (const id of ids) if (set(id) !== null) through.set(id, await online.builtThrough(id));
    if (through.size === 0) return 0;
    const first = [...through.values()].reduce((least, each) => (each < least ? each : least)) + 1n;
    const total = Number((await log.lastSequence(this.sourceName)) + 1n);
    let rows = 0;
    for await (const group of loggedGroups(log.read(this.sourceName, first))) {
      signal.throwIfAborted();
      this.stop.signal.throwIfAborted();
      await this.applyGroup(request, group, through);
      if (through.size === 0) break;
      const end = lastOf(group.at(-1)!);
      rows += Number(end - group[0]!.firstSequence) + 1;
      progress(Number(end) + 1, total);
    }
    return rows;
  }

  /** Adds a group to each state that lacks it, and notes how far that is; those that are built no more are left out. */
  private async applyGroup(
    { set, source }: BuildRequest,
    group: readonly LoggedRows[],
    through: Map<number, bigint>,
  ): Promise<void> {
    const end = lastOf(group.at(-1)!);
    for (const [id, after] of through) {
      const current = set(id);
      if (current === null) {
        through.delete(id);
        continue;
      }
      const missing = beyond(group, after);
      if (missing.length === 0) continue;
      const wanted = (): boolean => set(id) !== null;
      await this.apply(current, groupRows(source(), missing), { after, through: end }, wanted);
      through.set(id, end);
    }
  }

  /** What is dropped goes after it is no longer wanted, so a write asked for while it is wanted comes before that. */
  private async apply(
    set: SourceFeatureSet,
    rows: GroupRows,
    span: BuildSpan,
    wanted: () => boolean,
  ): Promise<void> {
    const { online } = this.parts;
    if (set.kind === 'stored') {
      const writes = await onlineWrites([set], rows);
      if (wanted()) await online.build(set.id, writes, span);
      return;
    }
    const unmoved = { after: span.after, through: span.after };
    for await (const { writes } of windowWrites(online, { set, which: 'built' }, rows)) {
      if (!wanted()) return;
      await online.buildWindows(set.id, writes, unmoved);
    }
    if (wanted()) await online.buildWindows(set.id, [], span);
  }
}
