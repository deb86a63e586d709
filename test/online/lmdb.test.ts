import { LmdbOnlineStore } from '../../src/online/adapter/lmdb.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { onlineStoreSuite } from './online-store.suite.js';

onlineStoreSuite('LMDB', async () => LmdbOnlineStore.open(temporaryFolder('lmdb')));
