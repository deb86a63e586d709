import { setTimeout as sleep } from 'node:timers/promises';
import { PlumblineError } from '../definition/error.js';

/** Pauses between tries, milliseconds. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

type RecoveryParts = {
  /** Brings everything to where it belongs, whatever was lost; may fail, and then is tried again. */
  readonly attempt: () => Promise<void>;
  readonly onFailure: (cause: unknown) => void;
  /** Ends tries for ever. */
  readonly stopping: AbortSignal;
};

/** Does something until it works: one try at a time, and another one for what was asked for during a try. */
export class Recovery {
  private underWay: Promise<void> | null = null;
  private asked = 0;

  constructor(private readonly parts: RecoveryParts) {}

  start(): void {
    this.asked++;
    this.underWay ??= this.run().finally(() => {
      this.underWay = null;
    });
  }

  /** Tries once, and where what fails may pass by itself goes on behind everybody's back. Throws what does not. */
  async tryNow(): Promise<void> {
    try {
      await this.parts.attempt();
    } catch (cause) {
      if (!(cause instanceof PlumblineError) || cause.code !== 'UNAVAILABLE') throw cause;
      this.parts.onFailure(cause);
      this.start();
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.underWay;
  }

  private async run(): Promise<void> {
    const { attempt, onFailure, stopping } = this.parts;
    for (let pauseMs = FIRST_PAUSE_MS; !stopping.aborted; ) {
      const { asked } = this;
      try {
        await attempt();
        if (asked === this.asked) return;
      } catch (cause) {
        if (stopping.aborted) return;
        onFailure(cause);
        await sleep(pauseMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
    }
  }
}
