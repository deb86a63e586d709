/** Pieces of work one after the other, of which one goes on while the next is prepared. */
export class OneUnderWay {
  private last: Promise<void> = Promise.resolve();

  /** Begins work once what is under way has ended; where that failed, it is not begun, and this rejects for the same reason. */
  async begin(work: () => Promise<void>): Promise<void> {
    await this.last;
    this.last = work();
    // Whoever waits for it next hears of it.
    this.last.catch(() => undefined);
  }

  /** Resolves once nothing is under way; rejects where the last piece failed. */
  ended(): Promise<void> {
    return this.last;
  }
}
