import { setImmediate as turn } from 'node:timers/promises';
import { PlumblineError } from '../../definition/error.js';
import { Memtable } from './memtable.js';

export type WriteBehindParts = {
  /** Writes all of a memtable, which changes no more, and its marks last. It may come again, whole, once it failed. */
  readonly write: (memtable: Memtable) => Promise<void>;
  /** What a memtable takes in memory before it is written; there are two at most. */
  readonly memtableBytes: number;
  /** How long what was written first may wait, milliseconds: what a crash makes come again from the log. */
  readonly waitMs: number;
  /** Hears what failed behind everybody's back. */
  readonly onDefect: (cause: unknown) => void;
};

/** Pauses between tries to write what could not be written, milliseconds. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 10_000;

/**
 * State that is in memory first and written behind everybody's back: one memtable takes writes while another, frozen one is
 * written. What cannot be written stays, is seen, and is tried again.
 */
export class WriteBehind {
  private active = new Memtable();
  private frozen: Memtable | null = null;
  private all: readonly Memtable[] = [this.active];
  private underWay: Promise<void> | null = null;
  /** Why the last try to write failed; null when it did not. */
  private failure: { readonly cause: unknown } | null = null;
  private retryMs = FIRST_RETRY_MS;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(private readonly parts: WriteBehindParts) {}

  /** What is in memory, the newest first. */
  get memtables(): readonly Memtable[] {
    return this.all;
  }

  /**
   * Resolves in another turn of the event loop, when memory has room; to be called before each step of writing. Throws
   * UNAVAILABLE where it is full because nothing can be written.
   */
  async room(): Promise<void> {
    await turn();
    while (this.active.sizeBytes >= this.parts.memtableBytes) {
      if (this.underWay !== null) await this.underWay.catch(() => undefined);
      else if (this.frozen !== null) throw noRoom(this.failure?.cause);
      // Frozen at once, and a new one takes its place.
      else this.write().catch(() => undefined);
    }
  }

  /** The memtable that takes writes in this turn of the event loop. */
  forWrites(): Memtable {
    this.writeLater(this.parts.waitMs);
    return this.active;
  }

  /** Resolves once all that is in memory now is written. Rejects where that fails. */
  async flush(): Promise<void> {
    // One that is under way may have begun before what was written last.
    await this.write();
    await this.write();
  }

  /** Writes what is there, and no more after that. Rejects where that fails: it comes again from the log. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.flush();
  }

  /** One try at a time: of what is frozen, else of what is active. */
  private write(): Promise<void> {
    this.underWay ??= this.attempt().finally(() => {
      this.underWay = null;
      if (!this.active.isEmpty || this.frozen !== null)
        this.writeLater(this.failure === null ? this.parts.waitMs : this.retryMs);
    });
    return this.underWay;
  }

  private async attempt(): Promise<void> {
    if (this.frozen === null) this.freeze();
    if (this.frozen === null) return;
    try {
      await this.parts.write(this.frozen);
    } catch (cause) {
      this.retryMs = this.failure === null ? FIRST_RETRY_MS : Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
      this.failure = { cause };
      this.parts.onDefect(cause);
      throw cause;
    }
    this.failure = null;
    this.frozen = null;
    this.all = [this.active];
  }

  private freeze(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.active.isEmpty) return;
    this.frozen = this.active;
    this.active = new Memtable();
    this.all = [this.active, this.frozen];
  }

  private writeLater(ms: number): void {
    if (this.closed || this.timer !== null || this.underWay !== null) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.write().catch(() => undefined);
    }, ms);
    this.timer.unref();
  }
}

function noRoom(cause: unknown): PlumblineError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `online state cannot be written to the data folder: ${reason}; memory for it is full, no more rows are applied until that works again`;
  return new PlumblineError('UNAVAILABLE', message);
}
