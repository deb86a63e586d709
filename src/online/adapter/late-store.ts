import { setTimeout as sleep } from 'node:timers/promises';
import { PlumblineError } from '../../definition/error.js';
import type { OnlineAnswer, OnlineRead, OnlineStore } from '../store.js';
import { askedPlaces, unreached } from './unreached.js';

export type LateOpening = {
  readonly open: () => Promise<OnlineStore>;
  /** Whether a failure to open may pass by itself. */
  readonly isPassing: (error: unknown) => boolean;
  /** Hears of each failure that may. */
  readonly onFailure: (cause: unknown) => void;
};

/** Between two tries to open, milliseconds: each by itself waits for an answer. */
const PAUSE_MS = 1_000;

/** A store that is opened again and again until that works: before, everything is UNAVAILABLE, at once. */
export class LateOnlineStore implements OnlineStore {
  private opened: OnlineStore | null = null;
  private readonly listeners: (() => void)[] = [];
  private readonly closing = new AbortController();
  private readonly opening: Promise<void>;

  private constructor(
    private readonly parts: LateOpening,
    private failure: unknown,
  ) {
    this.opening = this.openLater();
  }

  /** The store itself where it can be opened now. Throws what does not pass by itself. */
  static async open(parts: LateOpening): Promise<OnlineStore> {
    try {
      return await parts.open();
    } catch (error) {
      if (!parts.isPassing(error)) throw error;
      parts.onFailure(error);
      return new LateOnlineStore(parts, error);
    }
  }

  readonly write: OnlineStore['write'] = async (...args) => this.store.write(...args);
  readonly windowHeaders: OnlineStore['windowHeaders'] = async (...args) => this.store.windowHeaders(...args);
  readonly windowBlocks: OnlineStore['windowBlocks'] = async (...args) => this.store.windowBlocks(...args);
  readonly writeWindows: OnlineStore['writeWindows'] = async (...args) => this.store.writeWindows(...args);
  readonly appliedThrough: OnlineStore['appliedThrough'] = async (...args) =>
    this.store.appliedThrough(...args);
  readonly heldSets: OnlineStore['heldSets'] = async () => this.store.heldSets();
  readonly isActive: OnlineStore['isActive'] = async (...args) => this.store.isActive(...args);
  readonly builtThrough: OnlineStore['builtThrough'] = async (...args) => this.store.builtThrough(...args);
  readonly build: OnlineStore['build'] = async (...args) => this.store.build(...args);
  readonly buildWindows: OnlineStore['buildWindows'] = async (...args) => this.store.buildWindows(...args);
  readonly activate: OnlineStore['activate'] = async (...args) => this.store.activate(...args);
  readonly drop: OnlineStore['drop'] = async (...args) => this.store.drop(...args);

  async read(asked: OnlineRead): Promise<OnlineAnswer> {
    if (this.opened === null) throw unreached(askedPlaces(asked), this.unavailable());
    return this.opened.read(asked);
  }

  async *scan(setId: number): ReturnType<OnlineStore['scan']> {
    yield* this.store.scan(setId);
  }

  async *scanWindows(setId: number): ReturnType<OnlineStore['scanWindows']> {
    yield* this.store.scanWindows(setId);
  }

  onLoss(listener: () => void): void {
    this.listeners.push(listener);
    this.opened?.onLoss(listener);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.opening;
    await this.opened?.close();
  }

  private get store(): OnlineStore {
    if (this.opened !== null) return this.opened;
    throw this.unavailable();
  }

  private unavailable(): PlumblineError {
    const { failure } = this;
    return new PlumblineError('UNAVAILABLE', failure instanceof Error ? failure.message : String(failure));
  }

  private async openLater(): Promise<void> {
    const { signal } = this.closing;
    for (;;) {
      await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        this.opened = await this.parts.open();
        break;
      } catch (error) {
        this.failure = error;
        this.parts.onFailure(error);
      }
    }
    for (const listener of this.listeners) {
      this.opened.onLoss(listener);
      // Whatever waits for it may go on at once.
      listener();
    }
  }
}
