import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Gives the event loop a turn each time that so much work was done, so that long work holds nobody up for longer than that.
 * What is counted is the caller's: bytes, rows, values. Work goes by what is done, never by a clock.
 */
export class WorkTurns {
  private done = 0;

  constructor(private readonly workATurn: number) {}

  /**
   * Does steps 0 to `count` − 1, each of which gives its work. Null where all were done in this turn, as of most requests, which
   * then cost no promise; else resolves when the last one is done.
   */
  each(count: number, step: (i: number) => number): Promise<void> | null {
    const next = this.inThisTurn(0, count, step);
    return next === count && this.done < this.workATurn ? null : this.goOn(next, count, step);
  }

  /** For steps that are made elsewhere. Null while there is work left for this turn, which then costs nothing; else resolves in the next one. */
  after(work: number): Promise<void> | null {
    this.done += work;
    if (this.done < this.workATurn) return null;
    this.done = 0;
    return nextTurn();
  }

  private inThisTurn(from: number, count: number, step: (i: number) => number): number {
    let i = from;
    while (i < count && this.done < this.workATurn) this.done += step(i++);
    return i;
  }

  private async goOn(from: number, count: number, step: (i: number) => number): Promise<void> {
    for (let next = from; ; ) {
      if (this.done >= this.workATurn) {
        this.done = 0;
        await nextTurn();
      }
      if (next === count) return;
      next = this.inThisTurn(next, count, step);
    }
  }
}
