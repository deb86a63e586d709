/** Counts the rows of a source's log; 0 where it has none. */
export type CountSourceRows = (project: string, source: string) => Promise<bigint>;

/** How many rows sources have. Whoever keeps the logs says how they are counted; until then nobody knows. */
export class SourceRows {
  private counter: CountSourceRows | null = null;

  /** From now on rows are counted by `counter`. */
  countBy(counter: CountSourceRows): void {
    this.counter = counter;
  }

  /** Rows in the log of a source; null where nobody knows. */
  async count(project: string, source: string): Promise<bigint | null> {
    return this.counter === null ? null : this.counter(project, source);
  }
}
