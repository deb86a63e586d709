import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import type { SourceDocument } from '../definition/document.js';
import type { BuildSpan, OnlineStore } from '../online/store.js';
import { type GroupRows, groupRows } from './group-rows.js';
import { lastOf, type SourceLog } from './log.js';
import { beyond, loggedGroups } from './logged-groups.js';
import { onlineWrites } from './online-rows.js';
import { windowWrites } from './window-writes.js';

export type BuildRequest = {
  readonly sets: readonly SourceFeatureSet[];
  /** The source as it is known now: it may gain columns while a build goes on. */
  readonly source: () => SourceDocument;
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
};

/** Online state of feature set versions built aside from a source's log: for new versions, and for a rebuild. */
export class OnlineBuild {
  private readonly stop = new AbortController();
  private readonly underWay = new Set<Promise<number>>();

  constructor(
    private readonly parts: { readonly log: SourceLog; readonly online: OnlineStore },
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

  private async read({ sets, source, progress, signal }: BuildRequest): Promise<number> {
    const { log, online } = this.parts;
    const through = new Map<number, bigint>();
    for (const { id } of sets) through.set(id, await online.builtThrough(id));
    const first = [...through.values()].reduce((least, each) => (each < least ? each : least)) + 1n;
    const total = Number((await log.lastSequence(this.sourceName)) + 1n);
    let rows = 0;
    for await (const group of loggedGroups(log.read(this.sourceName, first))) {
      signal.throwIfAborted();
      this.stop.signal.throwIfAborted();
      const end = lastOf(group.at(-1)!);
      for (const set of sets) {
        const after = through.get(set.id)!;
        const missing = beyond(group, after);
        if (missing.length === 0) continue;
        await this.apply(set, groupRows(source(), missing), { after, through: end });
        through.set(set.id, end);
      }
      rows += Number(end - group[0]!.firstSequence) + 1;
      progress(Number(end) + 1, total);
    }
    return rows;
  }

  private async apply(set: SourceFeatureSet, rows: GroupRows, span: BuildSpan): Promise<void> {
    const { online } = this.parts;
    if (set.kind === 'stored') return online.build(set.id, onlineWrites([set], rows), span);
    const unmoved = { after: span.after, through: span.after };
    for await (const writes of windowWrites(online, set, 'built', rows))
      await online.buildWindows(set.id, writes, unmoved);
    await online.buildWindows(set.id, [], span);
  }
}
