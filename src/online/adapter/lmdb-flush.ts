import type { Database, RootDatabase } from 'lmdb';
import { entrySlices } from './entry-slices.js';
import { type EntryWrites, lmdbWrites } from './entry-writes.js';
import type { LmdbOwners } from './lmdb-owners.js';
import type { MemoryEntries, MemoryEntry } from './memory-entries.js';
import type { Memtable, TableName } from './memtable.js';
import { bytesOfText } from './slot-key.js';

/** Entities written in one transaction, whose puts are some milliseconds of the event loop; LMDB's own thread does the rest. */
const WRITTEN_AT_ONCE = 4_096;

export type FlushParts = {
  readonly root: RootDatabase;
  readonly tables: Readonly<Record<TableName, Database<Buffer, Buffer>>>;
  readonly marks: Database<string, string>;
  readonly owners: LmdbOwners;
};

/**
 * Writes a memtable to LMDB: each entity whole or not at all, marks behind all of them. Where it fails in between, or a crash
 * comes, marks are behind what is there, and that comes again. Throws UNAVAILABLE when another process owns a source by now.
 */
export async function flushMemtable(
  { root, tables, marks, owners }: FlushParts,
  memtable: Memtable,
): Promise<void> {
  owners.requireAll();
  for (const name of TABLES) await flushTable(root, lmdbWrites(tables[name]), memtable[name]);
  if (memtable.marks.size === 0) return;
  await root.transaction(() => {
    owners.requireAll();
    for (const [source, sequence] of memtable.marks) void marks.put(`source/${source}`, String(sequence));
  });
}

const TABLES: readonly TableName[] = ['rows', 'windows'];

/** Puts are queued for LMDB's own thread, which makes a batch of them whole or not at all. */
async function flushTable(root: RootDatabase, writes: EntryWrites, entries: MemoryEntries): Promise<void> {
  for await (const slice of entrySlices(entries.all(), WRITTEN_AT_ONCE))
    await root.batch(() => {
      for (const entry of slice) flushEntry(writes, entry);
    });
}

function flushEntry(writes: EntryWrites, { id, bytes: record, blocks }: MemoryEntry): void {
  writes.put(id, record!);
  for (const [block, { bytes }] of blocks ?? []) {
    if (bytes === null) writes.removeBlock(id, bytesOfText(block));
    else writes.putBlock(id, bytesOfText(block), bytes);
  }
}
