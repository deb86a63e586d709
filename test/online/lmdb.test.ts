import { LmdbOnlineStore } from '../../src/online/adapter/lmdb.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { onlineStoreSuite } from './online-store.suite.js';
import { onlineWindowsSuite } from './online-windows.suite.js';

/** Where state is when it is read: in memory alone, or on its way to LMDB and there, each step a memtable of its own. */
const SETTINGS = [
  ['memory', { waitMs: 3_600_000 }],
  ['disk', { memtableBytes: 1, waitMs: 0 }],
] as const;

for (const [where, memory] of SETTINGS) {
  const open = async () => LmdbOnlineStore.open(temporaryFolder('lmdb'), memory);
  onlineStoreSuite(`LMDB, from ${where}`, open, { isRemote: false });
  onlineWindowsSuite(`LMDB, from ${where}`, open);
}
