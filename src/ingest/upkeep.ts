import { DEFAULT_DEDUPE_FOR } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import type { Clock } from '../platform/clock.js';
import { KEYS_KEPT_US } from './deliveries.js';
import type { HeldCopies } from './held-copies.js';
import type { Identities } from './identities.js';
import type { Intake } from './intake.js';
import type { SourcePipeline } from './pipeline.js';
import type { Pipelines } from './pipelines.js';

/** How often due rows are looked for: the service clock may be any, so no timer can be set for a row. */
const LOOK_EVERY_MS = 200;

/** Held rows logged before others get their turn. */
const RELEASED_AT_ONCE = 1_000;

/** How often copies of rows that wait no more are removed, milliseconds. */
const SWEEP_EVERY_MS = 60_000;

/** How often identities that are too old are forgotten, microseconds of the service clock. */
const FORGET_EVERY_US = 3_600_000_000n;

export type UpkeepParts = {
  readonly pipelines: Pipelines;
  readonly identities: Identities;
  readonly intake: Intake;
  readonly held: Pick<HeldCopies, 'sweep'>;
  readonly clock: Clock;
  readonly onDefect: (cause: unknown, what: string) => void;
};

/** What time brings: held rows are logged when they are due (S14), old identities are forgotten (S11). */
export class Upkeep {
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private forgottenUs: bigint;
  private sweptMs = performance.now();

  constructor(private readonly parts: UpkeepParts) {
    // Not at once: a clock that is wrong at the start must not make everything old.
    this.forgottenUs = parts.clock.nowUs();
  }

  /** Looks from now on; a look that takes long is not followed by a queue of others. */
  start(): void {
    this.timer = setInterval(() => {
      this.looking ??= this.look().finally(() => {
        this.looking = null;
      });
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  /** Begins nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    await this.looking;
  }

  private async look(): Promise<void> {
    for (const [name, pipeline] of this.parts.pipelines.all()) {
      if (this.timer === null) return;
      await this.release(name, pipeline).catch((cause: unknown) =>
        this.parts.onDefect(cause, `held rows of source ${name}`),
      );
    }
    await this.sweep();
    await this.forget();
  }

  private async sweep(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.sweptMs < SWEEP_EVERY_MS) return;
    this.sweptMs = nowMs;
    for (const [name] of this.parts.pipelines.all())
      await this.parts.held
        .sweep(name)
        .catch((cause: unknown) => this.parts.onDefect(cause, `copies of held rows of source ${name}`));
  }

  private async release(name: string, pipeline: SourcePipeline): Promise<void> {
    const { identities, clock, intake } = this.parts;
    const nowUs = clock.nowUs();
    const nextUs = identities.nextDueUs(name);
    if (nextUs === null || nextUs > nowUs) return;
    await intake.release(pipeline, await identities.due(name, nowUs, RELEASED_AT_ONCE));
  }

  private async forget(): Promise<void> {
    const nowUs = this.parts.clock.nowUs();
    if (nowUs - this.forgottenUs < FORGET_EVERY_US) return;
    this.forgottenUs = nowUs;
    for (const [name, { dedupeFor }] of this.parts.pipelines.kept()) {
      const eventsUs = nowUs - parseDuration(dedupeFor ?? DEFAULT_DEDUPE_FOR, '/dedupeFor');
      await this.forgetOf(name, { keysUs: nowUs - KEYS_KEPT_US, eventsUs }).catch((cause: unknown) =>
        this.parts.onDefect(cause, `old identities of source ${name}`),
      );
    }
  }

  /** A copy whose row is not known as logged any more would be logged again. */
  private async forgetOf(name: string, before: Parameters<Identities['forget']>[1]): Promise<void> {
    await this.parts.held.sweep(name);
    await this.parts.identities.forget(name, before);
  }
}

export const UPKEEP = Symbol('Upkeep');
