/** Runs the writes of each source in the order in which they are asked for, each to its end before the next one begins. */
export class SourceWrites {
  private readonly last = new Map<string, Promise<void>>();

  /** Begins at once where no write of the source is under way. */
  inOrder(source: string, write: () => Promise<void>): Promise<void> {
    const before = this.last.get(source);
    const mine = before === undefined ? write() : before.then(write);
    const ended = mine
      .catch(() => undefined)
      .then(() => {
        if (this.last.get(source) === ended) this.last.delete(source);
      });
    this.last.set(source, ended);
    return mine;
  }
}
