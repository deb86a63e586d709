/** What goes on through every fault: each must come back by itself. */
export const KINDS = ['push', 'lookup', 'stream', 'registry', 'retrieval'] as const;

export type Kind = (typeof KINDS)[number];

/** From the fault's end to the first good answer of each kind, milliseconds. */
export type Recovered = Readonly<Record<Kind, number>>;

/** Notes good answers; those that count were begun behind an instant. */
export class Recovery {
  private sinceMs = 0;
  private readonly good = new Map<Kind, number>();

  /** Forgets all; good answers count whose requests are begun from now on. */
  begin(): void {
    this.sinceMs = performance.now();
    this.good.clear();
  }

  /** A request that was begun then got a good answer now. */
  answered(kind: Kind, begunMs: number): void {
    if (begunMs >= this.sinceMs && !this.good.has(kind))
      this.good.set(kind, performance.now() - this.sinceMs);
  }

  /** Kinds without a good answer so far. */
  get missing(): readonly Kind[] {
    return KINDS.filter((kind) => !this.good.has(kind));
  }

  /** Null while some are missing. */
  get recovered(): Recovered | null {
    if (this.missing.length > 0) return null;
    return Object.fromEntries(this.good) as Record<Kind, number>;
  }
}
