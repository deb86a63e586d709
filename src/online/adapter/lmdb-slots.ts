import type { Database } from 'lmdb';

/**
 * Which slot the state of each set lies in, the active one and the one that is built aside, and which slots are to be
 * emptied, as marks in LMDB. Changes are the caller's transaction.
 */
export class LmdbSlots {
  /** Slots of active sets, as the marks have them. */
  private readonly known = new Map<number, number | null>();

  constructor(private readonly marks: Database<string, string>) {}

  /** The slot that reads and writes of a set go to; null before its activation. */
  active(setId: number): number | null {
    const known = this.known.get(setId);
    if (known !== undefined) return known;
    const slot = this.marks.get(`active/${setId}`);
    const found = slot === undefined ? null : Number(slot);
    this.known.set(setId, found);
    return found;
  }

  /** The slot that a set is built in, and how far it got; null where none is. */
  built(setId: number): { readonly slot: number; readonly through: bigint } | null {
    const build = this.marks.get(`build/${setId}`);
    if (build === undefined) return null;
    const [slot, through] = build.split(' ');
    return { slot: Number(slot), through: BigInt(through!) };
  }

  /** The slot that a set is built in, a new one where a build begins, which gets to `through` now. */
  build(setId: number, through: bigint): number {
    const slot = this.built(setId)?.slot ?? this.give();
    void this.marks.put(`build/${setId}`, `${slot} ${through}`);
    return slot;
  }

  /** Puts what was built in the place of what is active; nothing to build from is a build too: a source without rows. */
  activate(setId: number): void {
    const before = this.active(setId);
    const slot = this.built(setId)?.slot ?? before ?? this.give();
    void this.marks.put(`active/${setId}`, String(slot));
    void this.marks.remove(`build/${setId}`);
    if (before !== null && before !== slot) void this.marks.put(`empty/${before}`, '1');
  }

  drop(setId: number): void {
    for (const slot of [this.active(setId), this.built(setId)?.slot ?? null])
      if (slot !== null) void this.marks.put(`empty/${slot}`, '1');
    void this.marks.remove(`active/${setId}`);
    void this.marks.remove(`build/${setId}`);
  }

  /** To be called once a change is committed. */
  changed(setId: number): void {
    this.known.delete(setId);
  }

  /** Sets that have a slot, active or built in. */
  held(): readonly number[] {
    const held = new Set([...this.numbered('active/'), ...this.numbered('build/')]);
    return [...held].sort((a, b) => a - b);
  }

  /** Slots that nobody reads any more. */
  left(): readonly number[] {
    return this.numbered('empty/');
  }

  async emptied(slot: number): Promise<void> {
    await this.marks.remove(`empty/${slot}`);
  }

  /** The numbers that marks of a kind, which ends with a slash, end with. */
  private numbered(kind: string): readonly number[] {
    const marked = [...this.marks.getKeys({ start: kind, end: kind.replace('/', '0') })];
    return marked.map((mark) => Number(mark.slice(kind.length)));
  }

  private give(): number {
    const slot = Number(this.marks.get('nextSlot') ?? 1);
    void this.marks.put('nextSlot', String(slot + 1));
    return slot;
  }
}
