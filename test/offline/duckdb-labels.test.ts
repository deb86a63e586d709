import { join } from 'node:path';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { offlineLabelsSuite } from './offline-labels.suite.js';

offlineLabelsSuite('DuckDB', () =>
  DuckdbOfflineStore.open(join(temporaryFolder('duckdb'), 'history.duckdb'), {
    memoryLimit: '512MB',
    threads: 2,
  }),
);
