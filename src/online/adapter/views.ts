import type { RootDatabase, Transaction } from 'lmdb';
import type { WriteStep } from './memory-entries.js';
import type { Memtable } from './memtable.js';

/** What a read sees: what was in memory at a moment and, behind it, what LMDB had then. */
export type View = {
  /** The newest first. */
  readonly memtables: readonly Memtable[];
  readonly moment: number;
  /** The snapshot that it holds; left out for what LMDB has now. */
  readonly transaction?: Transaction;
};

/**
 * Gives reads what they see. What a memtable holds is in LMDB before that memtable is let go, so a view that has the one or
 * the other misses nothing; one that is held keeps both as they were.
 */
export class Views {
  private moment = 0;
  private readonly held = new Set<View>();
  private onIdle: (() => void) | null = null;

  constructor(
    private readonly root: RootDatabase,
    private readonly memtables: () => readonly Memtable[],
  ) {}

  /** What is there now, for reads within one turn of the event loop. */
  now(): View {
    return { memtables: this.memtables(), moment: this.moment };
  }

  /** What is there now, until it is let go. */
  hold(): View {
    const view = { ...this.now(), transaction: this.root.useReadTransaction() };
    this.held.add(view);
    return view;
  }

  letGo(view: View): void {
    view.transaction?.done();
    this.held.delete(view);
    if (this.held.size === 0) this.onIdle?.();
  }

  /** Begins a step of writing: views of before do not see what it writes. */
  step(): WriteStep {
    const [oldest] = this.held;
    return { at: ++this.moment, oldestRead: oldest?.moment ?? null };
  }

  /** Resolves when no view is held: the store must not close under one. */
  async idle(): Promise<void> {
    if (this.held.size === 0) return;
    await new Promise<void>((resolve) => {
      this.onIdle = resolve;
    });
  }
}
