import { TIMESTAMP_MAX_US } from '../definition/value.js';
import type { HeldOwner, HeldRows, KeptHeldRow } from '../registry/held-rows.js';
import { decodeBatch, encodeBatch } from './batch-codec.js';
import { dueUsOf } from './held-id.js';
import type { HeldRow, Identities } from './identities.js';
import type { Ownership } from './ownership.js';

export type HeldCopiesParts = {
  readonly rows: HeldRows;
  readonly identities: Identities;
  readonly ownership: Ownership;
  /** Of this process. */
  readonly owner: string;
};

/** More than any process holds. */
const ALL = 2 ** 31 - 1;

/**
 * Copies of held rows where every process of an installation reaches them (ADR 15). An owner works from its own index; what
 * it acknowledges to hold is in the registry first, and who owns the source next takes it up from there. That a row was
 * logged is in the log, so a copy that is left over is known for what it is. Names of sources are `project/source`.
 */
export class HeldCopies {
  /** Sources that may have copies. */
  private readonly copied = new Set<string>();

  constructor(private readonly parts: HeldCopiesParts) {}

  /** Keeps rows that this process, which owns the source, is about to hold. Throws UNAVAILABLE where it cannot. */
  async keep(name: string, held: readonly HeldRow[]): Promise<void> {
    const { ownership, rows } = this.parts;
    if (!ownership.isShared || held.length === 0) return;
    this.copied.add(name);
    await rows.add(this.ownerOf(name), held.map(keptOf));
  }

  /**
   * Takes up what earlier owners held of a source, once its log was learnt from and before its doors open. A process that
   * is alone keeps everything itself, and what others left when it was not. Throws UNAVAILABLE.
   */
  async takeUp(name: string): Promise<void> {
    const { ownership, rows, identities } = this.parts;
    const owner = this.ownerOf(name);
    const kept = await rows.all(owner);
    const waiting = kept.filter(({ id }) => !identities.released(name, id));
    if (waiting.length > 0) await identities.hold(name, waiting.map(heldOf), null);
    if (!ownership.isShared)
      return rows.remove(
        owner,
        kept.map(({ id }) => id),
      );
    const known = new Set(kept.map(({ id }) => id));
    const own = await identities.due(name, TIMESTAMP_MAX_US, ALL);
    await this.keep(
      name,
      own.filter(({ id }) => !known.has(id)),
    );
    if (kept.length > 0) this.copied.add(name);
    await this.sweep(name);
  }

  /** Removes copies of rows that wait no more; to be called before it is forgotten that they were logged. */
  async sweep(name: string): Promise<void> {
    if (!this.copied.has(name)) return;
    const { rows, identities } = this.parts;
    const owner = this.ownerOf(name);
    const ids = await rows.ids(owner);
    await rows.remove(
      owner,
      ids.filter((id) => identities.released(name, id)),
    );
  }

  private ownerOf(name: string): HeldOwner {
    const [project, source] = name.split('/') as [string, string];
    // No term is 0: who has none keeps nothing.
    return { project, source, owner: this.parts.owner, term: this.parts.ownership.termOf(name) ?? 0 };
  }
}

export const HELD_COPIES = Symbol('HeldCopies');

function keptOf({ id, from, rows }: HeldRow): KeptHeldRow {
  return { id, door: from, rows: encodeBatch(rows) };
}

function heldOf({ id, door, rows }: KeptHeldRow): HeldRow {
  return { id, dueUs: dueUsOf(id), from: door === 'file' ? 'file' : 'push', rows: decodeBatch(rows) };
}
