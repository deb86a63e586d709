import { LmdbOnlineStore } from '../../src/online/adapter/lmdb.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { onlineStoreSuite } from './online-store.suite.js';
import { onlineWindowsSuite } from './online-windows.suite.js';

onlineStoreSuite('LMDB', async () => LmdbOnlineStore.open(temporaryFolder('lmdb')), { isRemote: false });
onlineWindowsSuite('LMDB', async () => LmdbOnlineStore.open(temporaryFolder('lmdb')));
