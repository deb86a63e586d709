import type { Database, RootDatabase } from 'lmdb';
import { PlumblineError } from '../../definition/error.js';
import type { Owner } from '../store.js';

/** Who writes which source: the newest epoch of each, as a mark in LMDB that is there before anything is written under it. */
export class LmdbOwners {
  /** The newest epochs that this process writes under. */
  private readonly taken = new Map<string, bigint>();

  constructor(
    private readonly root: RootDatabase,
    private readonly marks: Database<string, string>,
  ) {}

  /** To be called before a write, and `require` before each of its steps. Throws UNAVAILABLE where a later one has written. */
  async take(owner: Owner): Promise<void> {
    if (this.isNew(owner))
      await this.root.transaction(() => {
        if (this.isNew(owner)) void this.marks.put(`epoch/${owner.source}`, String(owner.epoch));
      });
    this.taken.set(owner.source, owner.epoch);
  }

  /** Throws UNAVAILABLE where a later one has written. */
  require(owner: Owner): void {
    this.isNew(owner);
  }

  /** Throws UNAVAILABLE where another process writes one of the sources by now. */
  requireAll(): void {
    for (const [source, epoch] of this.taken) this.require({ source, epoch });
  }

  private isNew({ source, epoch }: Owner): boolean {
    const newest = BigInt(this.marks.get(`epoch/${source}`) ?? -1);
    if (newest <= epoch) return newest < epoch;
    const message = `source "${source}" is owned by epoch ${newest} now, this process had ${epoch}; it must stop writing`;
    throw new PlumblineError('UNAVAILABLE', message);
  }
}
