import { spanOf, type Window } from '../../definition/window.js';
import type { Instant } from './instants.js';

/** The span of one window as of any T, as {@link spanOf} has it: in doubles where T is one and all that is computed is exact. */
export class WindowSpan {
  private readonly sizeUs: number;
  private readonly hopUs: number;
  private readonly offsetUs: number;
  /** W as a multiple of H, rounded up: how far the tail lies behind a head that moves in hops. */
  private readonly tailUs: number;
  /** Greatest size of a T of which every step is below 2^53; -1 where there is none. */
  private readonly exactUs: number;

  constructor(private readonly window: Window) {
    const { sizeUs, hopUs, offsetUs } = window;
    this.sizeUs = Number(sizeUs ?? 0n);
    this.hopUs = Number(hopUs);
    this.offsetUs = Number(offsetUs);
    this.tailUs = Math.ceil(this.sizeUs / this.hopUs) * this.hopUs;
    const reachUs = this.sizeUs + Math.abs(this.offsetUs) + 2 * this.hopUs;
    this.exactUs = reachUs < 2 ** 52 ? 2 ** 53 - 1 - reachUs : -1;
  }

  /** The last instant of the span as of T. */
  through(t: Instant): Instant {
    if (typeof t !== 'number' || Math.abs(t) > this.exactUs) return this.exact(t).throughUs;
    return this.offsetUs === 0 ? t : this.floored(t - this.offsetUs);
  }

  /** The instant that the span lies behind as of T; -Infinity without a beginning. */
  after(t: Instant): Instant {
    if (this.window.sizeUs === null) return Number.NEGATIVE_INFINITY;
    if (typeof t !== 'number' || Math.abs(t) > this.exactUs) return this.exact(t).afterUs!;
    if (this.offsetUs === 0) return this.floored(t - this.sizeUs);
    return this.floored(t - this.offsetUs) - this.tailUs;
  }

  private exact(t: Instant): ReturnType<typeof spanOf> {
    return spanOf(this.window, BigInt(t));
  }

  /** A quotient of integers below 2^53 is never rounded up to an integer that it does not reach. */
  private floored(us: number): number {
    return Math.floor(us / this.hopUs) * this.hopUs;
  }
}
