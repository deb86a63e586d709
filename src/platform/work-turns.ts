import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Gives the event loop a turn each time that so much work was done, so that long work holds nobody up for longer than that.
 * What is counted is the caller's: bytes, rows, values. Work goes by what is done, never by a clock.
 */
export class WorkTurns {
  private done = 0;

  constructor(private readonly workATurn: number) {}

  /** Null while there is work left for this turn, which then costs nothing; else resolves in the next one. */
  after(work: number): Promise<void> | null {
    this.done += work;
    if (this.done < this.workATurn) return null;
    this.done = 0;
    return nextTurn();
  }
}
