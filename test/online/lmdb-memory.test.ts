import { setImmediate as turn } from 'node:timers/promises';
import { open } from 'lmdb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LmdbOnlineStore, type MemorySettings } from '../../src/online/adapter/lmdb.js';
import type { StoredRow, WindowWrite } from '../../src/online/store.js';
import { readLatest } from '../support/read-latest.js';
import { copiedFolder, temporaryFolder } from '../support/temporary-folder.js';

/** Nothing is written to the disk but when a store closes. */
const IN_MEMORY = { waitMs: 3_600_000 };
/** Each step of writing is a memtable of its own. */
const TO_THE_DISK = { memtableBytes: 1, waitMs: 0 };

const [ROWS, WINDOWS] = [1, 2] as const;
const OWNER = { source: 's/memory', epoch: 1n };

const opened = new Set<LmdbOnlineStore>();
afterEach(async () => {
  for (const store of opened) await closed(store);
});

describe('online state in memory first', () => {
  it('is seen before it is on the disk, and a crash leaves what was there before, mark and all', async () => {
    const path = temporaryFolder('memory');
    const store = await activeAt(path);
    await apply(store, 1n);
    await closed(store);
    const again = storeAt(path, IN_MEMORY);
    await apply(again, 2n);
    expect(await stateOf(again)).toEqual(AFTER_2);
    const left = storeAt(copiedFolder(path), IN_MEMORY);
    expect(await stateOf(left)).toEqual(AFTER_1);
    // The log has the rest, and tells of what is there already too.
    for (const sequence of [1n, 2n]) await apply(left, sequence);
    expect(await stateOf(left)).toEqual(AFTER_2);
  });

  it('has a new owner on the disk before anything that it writes', async () => {
    const path = temporaryFolder('memory');
    const store = await activeAt(path);
    await apply(store, 1n);
    await store.write([], { ...OWNER, sequence: 2n, epoch: 2n });
    const left = storeAt(copiedFolder(path), IN_MEMORY);
    await expect(apply(left, 1n)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('lets what memory has of a state that was replaced or dropped go with it', async () => {
    const path = temporaryFolder('memory');
    const store = await activeAt(path);
    await apply(store, 1n);
    await store.build(ROWS, [{ setId: ROWS, key: key('built'), row: rowAt(7n) }], {
      after: -1n,
      through: 7n,
    });
    await store.activate(ROWS);
    await store.drop(WINDOWS);
    expect(await stateOf(store)).toEqual({ mark: 1n, rows: [['built', 7n]], windows: [] });
    await closed(store);
    const isEmptied = async (): Promise<void> => {
      const again = storeAt(path, IN_MEMORY);
      for (let turns = 0; turns < 100; turns++) await turn();
      await closed(again);
      expect(entriesAt(path)).toEqual({ rows: 1, windows: 0 });
    };
    await vi.waitFor(isEmptied, { timeout: 10_000 });
  });

  it('reads many keys as they were, while they are written to memory and from there to the disk', async () => {
    const store = storeAt(temporaryFolder('memory'), TO_THE_DISK);
    await store.activate(ROWS);
    const keys = Array.from({ length: 5_000 }, (_, i) => key(`k${i}`));
    const writeAll = (sequence: bigint): Promise<void> => {
      const writes = keys.map((each) => ({ setId: ROWS, key: each, row: rowAt(sequence) }));
      return store.write(writes, { ...OWNER, sequence });
    };
    await writeAll(1n);
    for (let sequence = 2n; sequence < 8n; sequence++) {
      const writing = writeAll(sequence);
      const [found] = await readLatest(store, [{ setId: ROWS, keys }]);
      expect(new Set(found?.map((row) => row?.through))).toEqual(new Set([sequence - 1n]));
      await writing;
    }
  });
});

/** What is there once a write was applied; the block that it takes away lay apart. */
const AFTER_1 = { mark: 1n, rows: [['k', 1n]], windows: [['k', 1n, [[1n, 3_000]]]] };
const AFTER_2 = { mark: 2n, rows: [['k', 2n]], windows: [['k', 2n, [[2n, 3_000]]]] };

async function apply(store: LmdbOnlineStore, sequence: bigint): Promise<void> {
  const [header] = await store.windowHeaders({ setId: WINDOWS, which: 'active' }, [key('k')]);
  const isThere = header !== null && header!.through >= sequence;
  if (!isThere) await store.writeWindows([windowsAt(sequence)], OWNER);
  await store.write([{ setId: ROWS, key: key('k'), row: rowAt(sequence) }], { ...OWNER, sequence });
}

async function stateOf(store: LmdbOnlineStore) {
  const rows: unknown[] = [];
  for await (const each of store.scan(ROWS)) rows.push([nameOf(each.key), each.row.through]);
  const windows: unknown[] = [];
  for await (const { key, windows: found } of store.scanWindows(WINDOWS)) {
    const blocks = found.blocks.map(({ number, bytes }) => [number, bytes.length]);
    windows.push([nameOf(key), found.header.through, blocks]);
  }
  return { mark: await store.appliedThrough(OWNER.source), rows, windows };
}

async function activeAt(path: string): Promise<LmdbOnlineStore> {
  const store = storeAt(path, IN_MEMORY);
  for (const setId of [ROWS, WINDOWS]) await store.activate(setId);
  return store;
}

function storeAt(path: string, memory: Partial<MemorySettings>): LmdbOnlineStore {
  const store = LmdbOnlineStore.open(path, memory);
  opened.add(store);
  return store;
}

async function closed(store: LmdbOnlineStore): Promise<void> {
  opened.delete(store);
  await store.close();
}

/** Entries in the databases of a store that is closed. */
function entriesAt(path: string): { readonly rows: number; readonly windows: number } {
  const root = open({ path, maxDbs: 4 });
  const countOf = (name: string): number =>
    root.openDB({ name, encoding: 'binary', keyEncoding: 'binary' }).getKeysCount();
  const counts = { rows: countOf('rows'), windows: countOf('windows') };
  void root.close();
  return counts;
}

function windowsAt(sequence: bigint): WindowWrite {
  const header = {
    newestUs: sequence,
    through: sequence,
    lateRows: 0n,
    missedRows: 0n,
    leaves: Buffer.alloc(0),
  };
  const blocks = [{ series: 0, number: sequence, bytes: Buffer.alloc(3_000) }];
  return { setId: WINDOWS, key: key('k'), header, blocks, gone: [{ series: 0, number: sequence - 1n }] };
}

function rowAt(sequence: bigint): StoredRow {
  const order = { eventTime: sequence, orderTime: 0n, orderColumn: null, sequence };
  return { order, through: sequence, tombstone: false, payload: Buffer.alloc(0) };
}

/** No key is a prefix of another: its length comes first, as in `definition/key.ts`. */
function key(name: string): Buffer {
  return Buffer.from([name.length, ...Buffer.from(name)]);
}

function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).subarray(1).toString();
}
