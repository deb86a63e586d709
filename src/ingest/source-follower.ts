import type { SourceDocument } from '../definition/document.js';
import { appendToHistory, learnRows } from './kept-views.js';
import type { ViewParts } from './log-views.js';
import { beyond, loggedGroups } from './logged-groups.js';

export type FollowerParts = Pick<ViewParts, 'log' | 'history' | 'identities' | 'clock'> & {
  readonly onDefect: (cause: unknown, what: string) => void;
};

/** How often the log of another process's source is looked at, milliseconds; whoever reads history does not wait for that. */
const FOLLOW_EVERY_MS = 1_000;

/**
 * What this process keeps of a source that another one owns: history, which is read here, and what was seen, so that this
 * process may own the source from one moment to the next. Both are views of the log; online state is the owner's.
 */
export class SourceFollower {
  private readonly timer: NodeJS.Timeout;
  private underWay: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | null = null;
  private closed = false;

  constructor(
    private readonly parts: FollowerParts,
    private readonly project: string,
    private document: SourceDocument,
  ) {
    const follow = (): void => {
      this.catchUp().catch((cause: unknown) => parts.onDefect(cause, `following source ${this.name}`));
    };
    this.timer = setInterval(follow, FOLLOW_EVERY_MS);
    this.timer.unref();
  }

  get source(): SourceDocument {
    return this.document;
  }

  /** Rows from now on are read by a newer version of the source. */
  use(document: SourceDocument): void {
    this.document = document;
  }

  /** Resolves when everything is here that was in the log at the call. */
  catchUp(): Promise<void> {
    // A reading under way may have begun before the last row came; the one behind it is for all who ask meanwhile.
    this.waiting ??= this.underWay.then(() => {
      this.waiting = null;
      const mine = this.read();
      this.underWay = mine.catch(() => undefined);
      return mine;
    });
    return this.waiting;
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.timer);
    await this.waiting?.catch(() => undefined);
    await this.underWay;
  }

  private get name(): string {
    return `${this.project}/${this.document.name}`;
  }

  private async read(): Promise<void> {
    if (this.closed) return;
    const { log, history, identities, clock } = this.parts;
    const ref = { project: this.project, source: this.document };
    const taken = await history.takenThrough(ref);
    const learnt = identities.learntThrough(this.name);
    const first = (taken < learnt ? taken : learnt) + 1n;
    if ((await log.lastSequence(this.name)) < first) return;
    for await (const group of loggedGroups(log.read(this.name, first))) {
      const visibleUs = clock.nowUs();
      for (const logged of beyond(group, taken)) await appendToHistory(history, ref, logged, visibleUs);
      await learnRows(identities, this.name, ref.source, beyond(group, learnt));
      if (this.closed) return;
    }
  }
}
