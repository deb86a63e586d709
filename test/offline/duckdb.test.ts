import { join } from 'node:path';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { offlineStoreSuite } from './offline-store.suite.js';

const LIMITS = { memoryLimit: '512MB', threads: 2 };

offlineStoreSuite('DuckDB', () =>
  DuckdbOfflineStore.open(join(temporaryFolder('duckdb'), 'history.duckdb'), LIMITS),
);
