import { PlumblineError } from '../definition/error.js';
import type { Role } from './process-settings.js';

/** What a process is there for, and how far it is. */
export type ProcessView = {
  readonly role: Role;
  /** Sources that it owns, `project/source`, by name. */
  readonly sources: readonly string[];
};

/** The sources that a process has open, and those that it owns and is still opening. */
type OwnedSources = { readonly open: readonly string[]; readonly opening: readonly string[] };

/** What this process says of itself. */
export class ProcessState {
  private read: () => OwnedSources = () => ({ open: [], opening: [] });

  constructor(private readonly role: Role) {}

  /** From now on `read` tells the sources, at once. */
  sourcesBy(read: () => OwnedSources): void {
    this.read = read;
  }

  view(): ProcessView {
    return { role: this.role, sources: [...this.read().open].sort() };
  }

  /** Throws UNAVAILABLE while a source of this process cannot take rows yet. */
  requireReady(): void {
    const { opening } = this.read();
    if (opening.length === 0) return;
    const message = `this process owns ${opening.join(', ')} and is still opening that; try again`;
    throw new PlumblineError('UNAVAILABLE', message, { retryAfterSeconds: 1 });
  }
}
