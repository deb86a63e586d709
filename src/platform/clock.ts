/** The present, as every rule about time reads it (S14): injected, never set by a request. */
export interface Clock {
  /** Microseconds since the Unix epoch, UTC. */
  nowUs(): bigint;
}

/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('CLOCK');

/**
 * How far the monotonic clock may run away from the system clock before it is set by it again. The system clock has
 * milliseconds only, so less than 2 ms would be noise.
 */
const MAX_DRIFT_US = 5_000n;

/**
 * The system clock with real microseconds: it runs on the monotonic clock, so it does not step back within a drift of
 * 5 ms, and follows the system clock where that was set.
 */
export class SystemClock implements Clock {
  private anchorUs = 0n;
  private anchorNs = 0n;

  nowUs(): bigint {
    const nowUs = this.runOn(process.hrtime.bigint());
    if (isNear(nowUs, systemUs())) return nowUs;
    // Whoever is interrupted between two clocks sees them apart; only readings in quick succession tell.
    const { wallUs, monotonicNs } = readTogether();
    if (isNear(this.runOn(monotonicNs), wallUs)) return this.runOn(monotonicNs);
    this.anchorUs = wallUs;
    this.anchorNs = monotonicNs;
    return wallUs;
  }

  private runOn(monotonicNs: bigint): bigint {
    return this.anchorUs + (monotonicNs - this.anchorNs) / 1_000n;
  }
}

function isNear(us: bigint, otherUs: bigint): boolean {
  const driftUs = us - otherUs;
  return driftUs < MAX_DRIFT_US && driftUs > -MAX_DRIFT_US;
}

function systemUs(): bigint {
  return BigInt(Date.now()) * 1_000n;
}

/** How far apart two readings may be that count as one. */
const TOGETHER_NS = 1_000_000n;

/** Both clocks at one instant. */
function readTogether(): { readonly wallUs: bigint; readonly monotonicNs: bigint } {
  for (;;) {
    const before = process.hrtime.bigint();
    const wallUs = systemUs();
    const monotonicNs = process.hrtime.bigint();
    if (monotonicNs - before < TOGETHER_NS) return { wallUs, monotonicNs };
  }
}

/** A clock that shows `startUs` when it is made and runs on from there, for demos and replays. */
export class ShiftedClock implements Clock {
  private readonly system = new SystemClock();
  private readonly shiftUs: bigint;

  constructor(startUs: bigint) {
    this.shiftUs = startUs - this.system.nowUs();
  }

  nowUs(): bigint {
    return this.system.nowUs() + this.shiftUs;
  }
}

/** A clock that a test, a replay or the demo moves by hand. */
export class ManualClock implements Clock {
  constructor(private currentUs: bigint) {}

  nowUs(): bigint {
    return this.currentUs;
  }

  /** Moves the clock to `nowUs`, forwards or back. */
  set(nowUs: bigint): void {
    this.currentUs = nowUs;
  }

  advance(byUs: bigint): void {
    this.currentUs += byUs;
  }
}
