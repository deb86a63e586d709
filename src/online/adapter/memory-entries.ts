import type { EntryWrites } from './entry-writes.js';
import { type EntryId, textOfBytes } from './slot-key.js';
import { asBuffer } from './windows-record.js';

/** What a step of writing left of a record or a block; a block without bytes is removed. */
type Version = {
  bytes: Buffer | null;
  /** The step's moment. */
  at: number;
  /** What was there before, as long as a read may ask for it. */
  older: Version | null;
};

/** What was written of an entity and waits for LMDB: its record, and what changed of the blocks beside it, by their ids. */
export type MemoryEntry = Version & { readonly id: EntryId; blocks: Map<string, Version> | null };

/** A step of writing: its moment, later than all before it, and that of the oldest read under way. */
export type WriteStep = { readonly at: number; readonly oldestRead: number | null };

/** What an entry takes beside its bytes: key, objects, places in maps; estimated. */
const ENTRY_BYTES = 320;

/** Entries of one database that wait in memory. */
export class MemoryEntries {
  private readonly byText = new Map<string, MemoryEntry>();
  private size = 0;

  get sizeBytes(): number {
    return this.size;
  }

  get isEmpty(): boolean {
    return this.byText.size === 0;
  }

  /** All of them, in no order; to be written to LMDB. */
  all(): readonly MemoryEntry[] {
    return [...this.byText.values()];
  }

  /** The record as of a moment; undefined where it was not written. */
  record({ text }: EntryId, moment: number): Buffer | undefined {
    const entry = this.byText.get(text);
    return entry === undefined ? undefined : (versionAt(entry, moment)?.bytes ?? undefined);
  }

  /** A block as of a moment: null where it was removed, undefined where neither it nor that was written. */
  block({ text }: EntryId, block: string, moment: number): Buffer | null | undefined {
    const version = this.byText.get(text)?.blocks?.get(block);
    return version === undefined ? undefined : versionAt(version, moment)?.bytes;
  }

  /** Every record as of a moment, in no order. */
  *records(moment: number): Iterable<{ readonly id: EntryId; readonly record: Buffer }> {
    for (const entry of this.byText.values()) {
      const record = versionAt(entry, moment)?.bytes;
      if (record) yield { id: entry.id, record };
    }
  }

  writes(step: WriteStep): EntryWrites {
    return {
      put: (id, record) => this.put(id, record, step),
      // A view would keep all alive that it is a view of.
      putBlock: (id, block, bytes) => this.putBlock(id, block, Buffer.from(bytes), step),
      removeBlock: (id, block) => this.putBlock(id, block, null, step),
    };
  }

  private put(id: EntryId, bytes: Buffer, step: WriteStep): void {
    const known = this.byText.get(id.text);
    if (known === undefined) {
      this.byText.set(id.text, { bytes, at: step.at, older: null, id, blocks: null });
      this.size += ENTRY_BYTES + id.text.length + bytes.length;
    } else {
      this.size += bytes.length - known.bytes!.length;
      replace(known, bytes, step);
    }
  }

  private putBlock({ text }: EntryId, block: Uint8Array, bytes: Buffer | null, step: WriteStep): void {
    const entry = this.byText.get(text)!;
    entry.blocks ??= new Map();
    const id = textOfBytes(asBuffer(block));
    const known = entry.blocks.get(id);
    if (known === undefined) {
      entry.blocks.set(id, { bytes, at: step.at, older: null });
      this.size += ENTRY_BYTES + (bytes?.length ?? 0);
    } else {
      this.size += (bytes?.length ?? 0) - (known.bytes?.length ?? 0);
      replace(known, bytes, step);
    }
  }
}

/** The last one that was there at a moment. */
function versionAt(newest: Version, moment: number): Version | null {
  let version: Version | null = newest;
  while (version !== null && version.at > moment) version = version.older;
  return version;
}

function replace(version: Version, bytes: Buffer | null, { at, oldestRead }: WriteStep): void {
  version.older = oldestRead === null ? null : kept(version, oldestRead);
  version.bytes = bytes;
  version.at = at;
}

/** A version as it is, and before it those that a read may ask for: up to the one that the oldest read sees. */
function kept({ bytes, at, older }: Version, oldestRead: number): Version {
  const before = { bytes, at, older };
  let seen: Version = before;
  while (seen.at > oldestRead && seen.older !== null) seen = seen.older;
  seen.older = null;
  return before;
}
