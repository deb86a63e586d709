/** A source by project and name. */
export type SourceName = { readonly project: string; readonly source: string };

/**
 * Which process owns which source, of those that share a registry, log and online state (ADR 13). Names are `project/source`.
 * Answers are from memory: an owner that was taken for dead may learn of it late, and until then the log tells it.
 */
export interface Ownership {
  /** Whether other processes may own sources. */
  readonly isShared: boolean;
  /** The term under which this process owns a source; null where it does not. Grows with each owner. */
  termOf(name: string): number | null;
  /** Where the living owner of a source is reached; null for this process, or where there is none. */
  addressOf(name: string): string | null;
  /** Where living processes but this one are reached that may own sources. */
  others(): readonly string[];
  /** Looks at owners as they are now; answers may be older by a part of a lease. Throws UNAVAILABLE. */
  refresh(): Promise<void>;
  /** From now on these are the sources; takes those that it may. Throws UNAVAILABLE. */
  settle(sources: readonly SourceName[]): Promise<void>;
  /** Calls when this process owns other sources than before, or under another term. */
  onChange(listener: () => void): void;
  /** Lets another process take a source that this one had in a term, and has closed. */
  giveBack(held: SourceName & { readonly term: number }): Promise<void>;
  /** Tells the others up to which change of the registry this process serves. */
  serves(place: number): Promise<void>;
  /** Whether another living process does not serve a change of the registry yet. */
  someLack(place: number): Promise<boolean>;
  /** Lets others take everything, for ever. */
  leave(): Promise<void>;
}

export const OWNERSHIP = Symbol('Ownership');

/** One process alone: with an embedded engine there is no other. */
export class SoleOwner implements Ownership {
  readonly isShared = false;

  termOf(): number {
    return 1;
  }

  addressOf(): null {
    return null;
  }

  others(): readonly string[] {
    return [];
  }

  async refresh(): Promise<void> {}

  async settle(): Promise<void> {}

  onChange(): void {}

  async giveBack(): Promise<void> {}

  async serves(): Promise<void> {}

  async someLack(): Promise<boolean> {
    return false;
  }

  async leave(): Promise<void> {}
}
