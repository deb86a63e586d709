import { setTimeout as sleep } from 'node:timers/promises';
import { PlumblineError, plumblineErrorIn } from '../definition/error.js';

/** Pauses between tries to reach what a start needs, milliseconds. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

export type PatienceParts = {
  /** For how long a start waits, from the first failure on, milliseconds; 0 is not at all. */
  readonly withinMs: number;
  /** Hears what is waited for, again whenever that is something else. */
  readonly onWait: (message: string) => void | Promise<void>;
  /** Ends the waiting. */
  readonly stopping?: AbortSignal;
};

/** How a start lives with servers that are away: machines that come up together are ready in any order. */
export class StartPatience {
  private untilMs: number | null = null;
  private told = '';

  constructor(private readonly parts: PatienceParts) {}

  /** Tries until it works, or the time is over. Throws what failed, UNAVAILABLE only then, saying how long it was tried. */
  async until<T>(attempt: () => Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        return await attempt();
      } catch (error) {
        await this.wait(error, pauseMs);
      }
    }
  }

  private async wait(error: unknown, pauseMs: number): Promise<void> {
    const { withinMs, onWait, stopping } = this.parts;
    const told = plumblineErrorIn(error);
    if (told?.code !== 'UNAVAILABLE' || withinMs === 0) throw error;
    this.untilMs ??= performance.now() + withinMs;
    if (stopping?.aborted || performance.now() + pauseMs > this.untilMs) {
      const message = `the start was given up after ${Math.round(withinMs / 1_000)} s: ${told.message}`;
      throw new PlumblineError('UNAVAILABLE', message);
    }
    if (told.message !== this.told) await onWait(told.message);
    this.told = told.message;
    await sleep(pauseMs, undefined, stopping && { signal: stopping }).catch(() => undefined);
  }
}

/** Fails at once. */
export const NO_PATIENCE = new StartPatience({ withinMs: 0, onWait: () => undefined });

/** Injection token of the {@link StartPatience}. */
export const START_PATIENCE = Symbol('START_PATIENCE');
