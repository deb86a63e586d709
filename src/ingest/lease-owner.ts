import type { Leases, ServiceProcess, SourceLease } from '../registry/leases.js';
import type { Ownership, SourceName } from './ownership.js';

export type LeaseOwnerParts = {
  readonly leases: Leases;
  readonly self: ServiceProcess;
  /** How often leases are renewed, and looked at, milliseconds: several times while one lasts. */
  readonly everyMs: number;
  readonly onDefect: (cause: unknown, what: string) => void;
};

/** Sources given up in one look, so that others may have their share: each is closed for a moment. */
const GIVEN_UP_AT_ONCE = 4;

/**
 * Ownership by leases in the registry database. Sources are shared out by number: a process takes what nobody has until it has
 * its share, and gives up what it has beyond. While the database is away everybody keeps what it has: nobody can take it.
 */
export class LeaseOwner implements Ownership {
  readonly isShared = true;
  private readonly held = new Map<string, number>();
  private readonly listeners: (() => void)[] = [];
  private leases = new Map<string, SourceLease>();
  private processes: readonly ServiceProcess[] = [];
  private sources: readonly SourceName[] = [];
  private turn: Promise<unknown> = Promise.resolve();
  private refreshing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private hasJoined = false;
  private isFailing = false;
  private hasLeft = false;

  constructor(private readonly parts: LeaseOwnerParts) {}

  termOf(name: string): number | null {
    return this.held.get(name) ?? null;
  }

  addressOf(name: string): string | null {
    const lease = this.leases.get(name);
    return lease === undefined || lease.owner === this.parts.self.id ? null : lease.address;
  }

  others(): readonly string[] {
    return this.processes
      .filter(({ id, role }) => role !== 'lookup' && id !== this.parts.self.id)
      .map(({ address }) => address);
  }

  settle(sources: readonly SourceName[]): Promise<void> {
    this.sources = sources;
    this.timer ??= setInterval(() => {
      this.lookInTurn().then(
        () => {
          this.isFailing = false;
        },
        (cause: unknown) => {
          if (!this.isFailing) this.parts.onDefect(cause, 'renewing leases of sources');
          this.isFailing = true;
        },
      );
    }, this.parts.everyMs);
    this.timer.unref();
    return this.lookInTurn();
  }

  refresh(): Promise<void> {
    // One that has not begun yet is for all who ask meanwhile.
    this.refreshing ??= this.lookInTurn(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  async giveBack(held: SourceName & { readonly term: number }): Promise<void> {
    await this.parts.leases.giveBack(this.parts.self.id, held);
  }

  serves(place: number): Promise<void> {
    return this.parts.leases.serves(this.parts.self.id, place);
  }

  someLack(place: number): Promise<boolean> {
    return this.parts.leases.someLack(this.parts.self.id, place);
  }

  async leave(): Promise<void> {
    this.hasLeft = true;
    if (this.timer !== null) clearInterval(this.timer);
    await this.turn;
    this.held.clear();
    await this.parts.leases.leave(this.parts.self.id);
  }

  private lookInTurn(begun = (): void => undefined): Promise<void> {
    const mine = this.turn.then(() => {
      begun();
      return this.look();
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async look(): Promise<void> {
    if (this.hasLeft) return;
    const { leases, self } = this.parts;
    if (this.hasJoined) await leases.renew(self.id);
    else await leases.join(self);
    this.hasJoined = true;
    this.processes = await leases.processes();
    this.leases = new Map((await leases.all()).map((lease) => [nameOf(lease), lease]));
    const before = new Map(this.held);
    await this.forgetLost();
    if (self.role !== 'lookup') await this.share();
    const isSame =
      before.size === this.held.size && [...before].every(([name, term]) => this.held.get(name) === term);
    if (!isSame) for (const listener of this.listeners) listener();
  }

  /** What another has taken meanwhile, and what is no source any more. */
  private async forgetLost(): Promise<void> {
    const { leases, self } = this.parts;
    const wanted = new Set(this.sources.map(nameOf));
    for (const [name, term] of [...this.held]) {
      const lease = this.leases.get(name);
      const isMine = lease?.owner === self.id && lease.term === term;
      if (isMine && wanted.has(name)) continue;
      this.held.delete(name);
      if (isMine) await leases.giveBack(self.id, lease);
    }
  }

  private async share(): Promise<void> {
    const share = this.ownShare();
    for (const name of this.sources.filter((each) => this.isFree(each))) {
      if (this.held.size >= share) return;
      const term = await this.parts.leases.take(this.parts.self.id, name);
      if (term !== null) this.held.set(nameOf(name), term);
    }
    // Whoever closes it gives it back then.
    const surplus = [...this.held.keys()].slice(share).slice(0, GIVEN_UP_AT_ONCE);
    for (const name of surplus) this.held.delete(name);
  }

  /**
   * Up to ⌈sources / owners⌉, as long as every other owner may have ⌊sources / owners⌋: who comes to a division with a
   * remainder has its part too.
   */
  private ownShare(): number {
    const { self } = this.parts;
    const owners = this.processes.filter(({ role }) => role !== 'lookup').map(({ id }) => id);
    const each = this.sources.length / Math.max(owners.length, 1);
    const least = Math.floor(each);
    const ofOthers = owners
      .filter((id) => id !== self.id)
      .reduce((sum, id) => sum + Math.max(this.countOf(id), least), 0);
    return Math.max(least, Math.min(Math.ceil(each), this.sources.length - ofOthers));
  }

  private countOf(owner: string): number {
    let count = 0;
    for (const lease of this.leases.values()) if (lease.owner === owner && lease.address !== null) count++;
    return count;
  }

  /** One of this process's own that it does not hold is an earlier process's, or one that it gave up and closes. */
  private isFree(source: SourceName): boolean {
    const name = nameOf(source);
    const lease = this.leases.get(name);
    return (
      !this.held.has(name) &&
      (lease === undefined || lease.address === null || lease.owner === this.parts.self.id)
    );
  }
}

function nameOf({ project, source }: SourceName): string {
  return `${project}/${source}`;
}
