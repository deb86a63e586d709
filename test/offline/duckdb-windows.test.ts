import { join } from 'node:path';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { offlineWindowsSuite } from './offline-windows.suite.js';

offlineWindowsSuite('DuckDB', () =>
  DuckdbOfflineStore.open(join(temporaryFolder('duckdb'), 'history.duckdb'), {
    memoryLimit: '512MB',
    threads: 2,
  }),
);
